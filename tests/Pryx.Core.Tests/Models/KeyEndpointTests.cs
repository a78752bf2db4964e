using System.Net;
using Pryx.Testing;

namespace Pryx.Core.Tests.Models;

public sealed class KeyEndpointTests
{
    private const string Path = "/api/v1/providers/openai/key";
    private const string Secret = "sk-hunter2hunter2hunter2";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("api_key")]
    [InlineData("key")]
    [Requirement("T2.7", "status")]
    [Requirement("T2.7", "set")]
    [Requirement("T2.7", "delete")]
    public async Task A_key_is_stored_seen_to_be_there_never_shown_and_removed(string field)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        Assert.False((bool)(await core.GetAsync(Path, Cancellation)).Body!["configured"]!);

        var (stored, answer) = await core.PostAsync(Path, new Dictionary<string, string> { [field] = Secret }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, stored);
        Assert.Equal((true, "openai"), ((bool)answer!["ok"]!, (string?)answer["provider_id"]));
        Assert.DoesNotContain(Secret, answer.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("""{"provider_id":"openai","configured":true}""", (await core.GetAsync(Path, Cancellation)).Body!.ToJsonString());

        Assert.Equal(HttpStatusCode.NoContent, (await core.SendAsync(HttpMethod.Delete, Path, null, Cancellation)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await core.SendAsync(HttpMethod.Delete, Path, null, Cancellation)).Status);
        Assert.False((bool)(await core.GetAsync(Path, Cancellation)).Body!["configured"]!);

        var log = (await core.GetAsync("/api/v1/audit", Cancellation)).Body!.ToJsonString();
        Assert.Contains("provider.key_set", log, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, log, StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(core.Home.Data, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)),
            file => Assert.DoesNotContain(Secret, System.Text.Encoding.UTF8.GetString(ReadShared(file)), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Path, """{"api_key":"  "}""", HttpStatusCode.BadRequest, "VALIDATION_ERROR")]
    [InlineData(Path, """{}""", HttpStatusCode.BadRequest, "VALIDATION_ERROR")]
    [InlineData(Path, """{"api_key":"with space"}""", HttpStatusCode.BadRequest, "VALIDATION_ERROR")]
    [InlineData(Path, """{"api_key":""", HttpStatusCode.BadRequest, "INVALID_JSON")]
    [InlineData("/api/v1/providers/bad%20id/key", """{"api_key":"x"}""", HttpStatusCode.BadRequest, "PROVIDER_INVALID")]
    [InlineData("/api/v1/providers/nobody/key", """{"api_key":"x"}""", HttpStatusCode.NotFound, "PROVIDER_UNKNOWN")]
    public async Task What_is_no_key_is_refused(string path, string body, HttpStatusCode expected, string code)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (status, answer) = await core.PostAsync(path, body, Cancellation);
        Assert.Equal((expected, code), (status, (string?)answer!["error"]!["code"]));
        Assert.False((bool)(await core.GetAsync(Path, Cancellation)).Body!["configured"]!);
    }

    [Fact]
    public async Task A_vault_that_does_not_open_is_503_and_the_key_is_not_in_the_answer()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await core.PostAsync(Path, new { api_key = Secret }, Cancellation);
        File.WriteAllText(System.IO.Path.Combine(core.Home.Data, "vault.json"), "no vault");
        var (status, body) = await core.PostAsync(Path, new { api_key = Secret }, Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.DoesNotContain(Secret, body!.ToJsonString(), StringComparison.Ordinal);
    }

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
