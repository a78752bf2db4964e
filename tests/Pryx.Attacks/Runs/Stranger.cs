using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Pryx.Attacks.Cases;
using Pryx.Core.Hosting;
using Pryx.Protocol.Approvals;

namespace Pryx.Attacks.Runs;

/// <summary>Another user of the gateway, with a token of their own or none, who answers what is not theirs to answer.</summary>
internal sealed class Stranger(CaseStranger stranger, CasePlace place, Daemon daemon, CaseTrace trace)
{
    /// <summary>In the unguarded run the token has the scope it lacks.</summary>
    public bool MayApprove { get; init; }

    public async Task MeetAsync(Approval card, bool isAnswered, CancellationToken cancellationToken)
    {
        if (isAnswered != (stranger.IsLate && !MayApprove))
        {
            return;
        }
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = daemon.Url };
        string[]? scopes = MayApprove ? ["approve"] : stranger.Scopes is { } given ? [.. given] : null;
        var token = scopes is null ? null : await MintAsync(http, scopes, cancellationToken);
        var body = MayApprove ? """{"request_id":"{approval}","decision":"approve"}""" : stranger.Body;
        place.Say("{approval}", card.Id.ToString());
        place.Say("{token}", token ?? "");
        using var request = new HttpRequestMessage(MayApprove ? HttpMethod.Post : new HttpMethod(stranger.Method), place.Fill(MayApprove ? "/api/v1/approvals/decision" : stranger.Path))
        {
            Content = new StringContent(place.Fill(body), Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in MayApprove ? new Dictionary<string, string>() : stranger.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, place.Fill(value));
        }
        using var response = await http.SendAsync(request, cancellationToken);
        trace.Note($"STRANGER {request.Method} {request.RequestUri}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}");
    }

    private async Task<string> MintAsync(HttpClient http, string[] scopes, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/tokens")
        {
            Content = new StringContent(new JsonObject { ["name"] = $"stranger-{Guid.NewGuid():N}", ["scopes"] = new JsonArray([.. scopes.Select(scope => (JsonNode)scope)]) }.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(place.Data, "core.token"), cancellationToken)).Trim());
        using var response = await http.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode ? JsonNode.Parse(text)!["token"]!.GetValue<string>() : throw new InvalidOperationException($"No token for the stranger: {text}");
    }
}
