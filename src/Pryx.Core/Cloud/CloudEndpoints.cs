using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Core.Secrets;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Cloud;

/// <summary><c>/api/v1/cloud</c>: signing in to the cloud by a code that the user enters in a browser. Nothing is sent anywhere before the user asks for it.</summary>
public sealed class CloudEndpoints(CloudLogin login, ISecretStore secrets)
{
    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/cloud/status", "Whether this Pryx is signed in to the cloud") { Response = CloudJson.Default.CloudStatus }, StatusAsync);
        routes.Add(new("POST", "/api/v1/cloud/login/start", "Asks the cloud for a code that the user enters in a browser")
        { Scope = Scopes.Admin, Response = CloudJson.Default.DeviceCode }, StartAsync);
        routes.Add(new("POST", "/api/v1/cloud/login/poll", "Waits until the user has entered the code, at most as long as it holds; the token goes into the vault")
        { Scope = Scopes.Admin, Request = CloudJson.Default.LoginPoll, Response = CloudJson.Default.LoggedIn }, PollAsync);
    }

    private async Task StatusAsync(HttpContext http) =>
        await http.WriteAsync(new CloudStatus(await secrets.GetAsync(CloudLogin.AccessToken, http.RequestAborted) is not null), CloudJson.Default.CloudStatus);

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
        await login.WaitAsync(poll.DeviceCode, poll.Interval, poll.ExpiresIn, http.RequestAborted);
        await http.WriteAsync(new LoggedIn(true), CloudJson.Default.LoggedIn);
    }
}

public sealed record CloudStatus(bool LoggedIn);

/// <param name="VerificationUri">Where the user enters the user code.</param>
/// <param name="ExpiresIn">Seconds.</param>
/// <param name="Interval">Seconds between two looks.</param>
public sealed record DeviceCode(
    [property: JsonPropertyName("device_code")] string Code, string UserCode, string VerificationUri, int ExpiresIn, int Interval)
{
    /// <summary>With the code in it; null where the cloud gives none.</summary>
    public string? VerificationUriComplete { get; init; }
}

/// <param name="Interval">Seconds; 1 to 60.</param>
/// <param name="ExpiresIn">Seconds; 1 to 1800, else 600.</param>
public sealed record LoginPoll(string? DeviceCode, int? Interval, int? ExpiresIn);

public sealed record LoggedIn(bool Ok);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CloudStatus))]
[JsonSerializable(typeof(DeviceCode))]
[JsonSerializable(typeof(LoginPoll))]
[JsonSerializable(typeof(LoggedIn))]
[JsonSerializable(typeof(CodeRequest))]
[JsonSerializable(typeof(CodeAnswer))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(TokenAnswer))]
internal sealed partial class CloudJson : JsonSerializerContext;
