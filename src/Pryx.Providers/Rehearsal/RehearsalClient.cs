using Pryx.Providers.Http;
using Pryx.Providers.OpenAIChat;

namespace Pryx.Providers.Rehearsal;

/// <summary>
/// A provider that lives in memory and answers every request with one word. Its request and reply go through the HTTP client, the stream
/// parser and the reply reader of the real ones; only the socket is missing. For warming these up, never for answering anybody.
/// </summary>
public static class RehearsalClient
{
    public static WireClient Create() => new OpenAIChatClient(
        new WireEndpoint("rehearsal", "http://rehearsal.invalid")
        {
            Http = new HttpClient(new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                ConnectCallback = static (_, _) => new ValueTask<Stream>(new CannedConnection()),
            }),
        },
        "rehearsal");
}
