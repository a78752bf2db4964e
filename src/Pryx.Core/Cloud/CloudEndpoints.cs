using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Audit;
using Pryx.Core.Http;
using Pryx.Protocol.Cloud;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Cloud;

/// <summary><c>/api/v1/cloud</c>: signing in to the cloud by a code that the user enters in a browser. Nothing is sent anywhere before the user asks for it.</summary>
/// <param name="url">Of the cloud as it is configured.</param>
public sealed class CloudEndpoints(CloudLogin login, CloudTokens tokens, Func<string> url, AuditLog audit)
{
    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/cloud/status", "Whether this Pryx is signed in to the cloud")
        { Query = [new("check", "true: renews the sign-in where it is due, and says when the cloud has ended it", "boolean")], Response = CloudJson.Default.CloudStatus }, StatusAsync);
        routes.Add(new("POST", "/api/v1/cloud/login/start", "Asks the cloud for a code that the user enters in a browser")
        { Scope = Scopes.Admin, Response = CloudJson.Default.DeviceCode }, StartAsync);
        routes.Add(new("POST", "/api/v1/cloud/login/poll", "Waits until the user has entered the code, at most as long as it holds; the tokens go into the keychain. After 408 TIMEOUT it may be asked again")
        { Scope = Scopes.Admin, Request = CloudJson.Default.LoginPoll, Response = CloudJson.Default.LoggedIn }, PollAsync);
        routes.Add(new("POST", "/api/v1/cloud/logout", "Forgets the tokens; 204 also when there were none") { Scope = Scopes.Admin, Status = 204 }, LogoutAsync);
    }

    private async Task StatusAsync(HttpContext http)
    {
        PryxException? trouble = null;
        var isSignedIn = await tokens.IsSignedInAsync(http.RequestAborted);
        // Only whoever may sign in has the cloud asked.
        if (isSignedIn && http.QueryFlag("check") && Caller.Of(http).May(Scopes.Admin))
        {
            try
            {
                await tokens.ReadAsync(http.RequestAborted);
            }
            catch (PryxException e) when (e.Code.StartsWith("CLOUD_", StringComparison.Ordinal))
            {
                trouble = e;
                isSignedIn = await tokens.IsSignedInAsync(http.RequestAborted);
            }
        }
        await http.WriteAsync(new CloudStatus(isSignedIn)
        {
            Url = url() is { Length: > 0 } address ? address : null,
            ExpiresAt = isSignedIn ? await tokens.ExpiresAsync(http.RequestAborted) : null,
            Trouble = trouble?.Message,
        }, CloudJson.Default.CloudStatus);
    }

    private async Task StartAsync(HttpContext http) => await http.WriteAsync(await login.StartAsync(http.RequestAborted), CloudJson.Default.DeviceCode);

    private async Task PollAsync(HttpContext http)
    {
        LoginPoll poll;
        try
        {
            poll = await http.ReadAsync(CloudJson.Default.LoginPoll);
        }
        catch (PryxException e) when (e.Code is "INVALID_JSON" or "VALIDATION_ERROR")
        {
            throw new PryxException(e.Code, "invalid json body", e.Message, e);
        }
        if (string.IsNullOrWhiteSpace(poll.DeviceCode))
        {
            throw new PryxException("VALIDATION_ERROR", "missing device_code", "POST /api/v1/cloud/login/start gives one.");
        }
        using var leaving = http.Leaving();
        await login.WaitAsync(poll.DeviceCode, poll.Interval, poll.ExpiresIn, leaving.Token);
        await AuditAsync(http, "cloud.signed_in");
        await http.WriteAsync(new LoggedIn(true), CloudJson.Default.LoggedIn);
    }

    private async Task LogoutAsync(HttpContext http)
    {
        if (await tokens.ForgetAsync(http.RequestAborted))
        {
            await AuditAsync(http, "cloud.signed_out");
        }
        await http.NoContent();
    }

    private Task AuditAsync(HttpContext http, string action) => audit.AppendAsync(new(action, "cloud", "account", $"{http.Surface()}:{Caller.Of(http).Name}", "{}", "ok"), http.RequestAborted);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CloudStatus))]
[JsonSerializable(typeof(DeviceCode))]
[JsonSerializable(typeof(LoginPoll))]
[JsonSerializable(typeof(LoggedIn))]
[JsonSerializable(typeof(CodeRequest))]
[JsonSerializable(typeof(CodeAnswer))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(TokenAnswer))]
internal sealed partial class CloudJson : JsonSerializerContext;
