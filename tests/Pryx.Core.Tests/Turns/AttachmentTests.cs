using System.Net;
using System.Text;
using Pryx.Core.Tests.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Turns;

/// <summary>Images and PDF files go to models that take them, and to no other.</summary>
public sealed class AttachmentTests
{
    private static readonly string Pdf = Convert.ToBase64String(Encoding.ASCII.GetBytes("%PDF-1.4\n%%EOF"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("openai/gpt-4o", "\"file_data\":\"data:application/pdf;base64,")]
    [InlineData("anthropic/claude-sonnet-4-5", "\"type\":\"document\"")]
    public async Task A_PDF_goes_as_the_wire_has_it(string model, string expected)
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Read.")), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel);
        var (_, session) = await core.PostAsync("/api/v1/sessions", new { model }, Cancel);
        var id = (string)session!["id"]!;

        var (status, body) = await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "read it", attachments = new[] { new { media_type = "application/pdf", base64 = Pdf, name = "a.pdf" } } }, Cancel);
        Assert.True(status == HttpStatusCode.Accepted, body?.ToJsonString());
        await SessionEndpointTests.EndAsync(core, id);

        Assert.Contains(expected, provider.ModelRequests[0].Text, StringComparison.Ordinal);
        Assert.Contains(Pdf, provider.ModelRequests[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/pdf", "takes no PDF files")]
    [InlineData("image/png", "takes no images")]
    public async Task A_model_that_can_not_is_refused_before_the_turn_and_one_that_can_is_named(string type, string why)
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Read.")), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel);
        var (_, session) = await core.PostAsync("/api/v1/sessions", new { model = "openai/gpt-4" }, Cancel);
        var id = (string)session!["id"]!;

        var (status, body) = await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "read it", attachments = new[] { new { media_type = type, base64 = Pdf, name = "a" } } }, Cancel);

        Assert.Equal((HttpStatusCode.BadRequest, "MODEL_CANNOT_READ"), (status, (string?)body!["error"]!["code"]));
        Assert.Contains(why, (string?)body["error"]!["message"], StringComparison.Ordinal);
        Assert.Contains("--model ", (string?)body["error"]!["next"], StringComparison.Ordinal);
        Assert.Empty(provider.ModelRequests);
        Assert.Empty((await core.GetAsync($"/api/v1/sessions/{id}/items", Cancel)).Body!["items"]!.AsArray());
    }
}
