using System.Globalization;
using System.Net;
using Pryx.Testing;

namespace Pryx.Core.Tests.Http;

public sealed class HealthTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("CA17", "health")]
    public async Task Health_is_public_and_names_both_versions()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        using var stranger = core.Client(null);

        using var answer = await stranger.GetAsync("/health", Cancellation);
        var (_, body) = await core.GetAsync("/health", Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("ok", (string?)body!["status"]);
        Assert.Equal("0.1.0", (string?)body["version"]);
        Assert.NotNull((string?)body["product_version"]);
        Assert.InRange(
            TimeProvider.System.GetUtcNow() - DateTimeOffset.Parse((string)body["timestamp"]!, CultureInfo.InvariantCulture), TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task What_does_not_exist_is_said_in_the_error_body()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        var (status, body) = await core.GetAsync("/api/v1/nothing", Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal("NOT_FOUND", (string?)body!["error"]!["code"]);
        Assert.StartsWith("req-", (string?)body["error"]!["request_id"]);
    }
}
