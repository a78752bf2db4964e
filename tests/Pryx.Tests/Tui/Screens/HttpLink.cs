using System.Text;
using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Tui.Link;

namespace Pryx.Tests.Tui.Screens;

/// <summary>A daemon that runs.</summary>
internal sealed class HttpLink(HttpClient http, IPryxClient client) : ICoreLink
{
    public IPryxClient Client => client;

    public async Task<string> SendAsync(string method, string path, string? json, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json") };
        using var answer = await http.SendAsync(request, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (answer.IsSuccessStatusCode)
        {
            return text;
        }
        var error = JsonSerializer.Deserialize(text, ProtocolJson.Default.ErrorBody)!.Error;
        throw new PryxException(error.Code, error.Message, error.Next);
    }

    public Task ConnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<bool> AnswersAsync(CancellationToken cancellationToken) => Task.FromResult(true);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
