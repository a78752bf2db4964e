using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Pryx.Core.Tests.Cloud;

/// <summary>The cloud's sign-in on loopback: it holds callers to PKCE.</summary>
internal sealed class FakeCloud : IAsyncDisposable
{
    public const string Token = "cloud-hunter2hunter2";
    private readonly WebApplication _app;
    private int _pending;
    private string? _challenge;

    private FakeCloud()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static options => options.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public string Url { get; private set; } = "";

    /// <summary>How often the token route still says that the user has not entered the code.</summary>
    public int Pending { set => _pending = value; }

    public static async Task<FakeCloud> StartAsync(CancellationToken cancellationToken)
    {
        var cloud = new FakeCloud();
        await cloud._app.StartAsync(cancellationToken);
        cloud.Url = cloud._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return cloud;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var body = await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        if (http.Request.Path == "/auth/device/code")
        {
            _challenge = (string?)body!["code_challenge"];
            await http.Response.WriteAsync("""{"device_code":"dev-1","user_code":"ABCD-EFGH","verification_uri":"https://pryx.dev/activate","expires_in":600,"interval":1}""");
            return;
        }
        var isProven = Challenge((string?)body!["code_verifier"] ?? "") == _challenge && (string?)body["device_code"] == "dev-1";
        if (!isProven || Interlocked.Decrement(ref _pending) >= 0)
        {
            http.Response.StatusCode = 400;
            await http.Response.WriteAsync(isProven ? """{"error":"authorization_pending"}""" : """{"error":"invalid_grant"}""");
            return;
        }
        await http.Response.WriteAsync($$"""{"access_token":"{{Token}}","refresh_token":"refresh-hunter2","expires_in":3600}""");
    }

    private static string Challenge(string verifier) => Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
