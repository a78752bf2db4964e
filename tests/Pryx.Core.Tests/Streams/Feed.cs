namespace Pryx.Core.Tests.Streams;

internal sealed record StreamedEvent(string? Id, string Event, string Data);

/// <summary>An open event stream, read line by line as a browser reads it.</summary>
internal sealed class Feed : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private Feed(HttpResponseMessage response, StreamReader lines) => (_response, _lines) = (response, lines);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The stream is in force when it returns.</summary>
    public static async Task<Feed> OpenAsync(TestCore core, string query, string? lastEventId = null, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/events/stream" + query);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }
        var response = await (client ?? core.Http).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        response.EnsureSuccessStatusCode();
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        return new(response, new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation)));
    }

    /// <summary>Everything up to and with the next event of this name.</summary>
    public async Task<List<StreamedEvent>> UntilAsync(string name)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        var seen = new List<StreamedEvent>();
        do
        {
            seen.Add(await ReadAsync(limit.Token) ?? throw new EndOfStreamException($"The stream ended before {name}."));
        }
        while (seen[^1].Event != name);
        return seen;
    }

    /// <summary>What comes before the stream ends.</summary>
    public async Task<List<StreamedEvent>> RestAsync()
    {
        var seen = new List<StreamedEvent>();
        try
        {
            while (await ReadAsync(Cancellation) is { } e)
            {
                seen.Add(e);
            }
        }
        catch (IOException)
        {
            // Cut is an end too.
        }
        return seen;
    }

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<StreamedEvent?> ReadAsync(CancellationToken cancellationToken)
    {
        string? id = null;
        var (name, data) = ("", "");
        while (await _lines.ReadLineAsync(cancellationToken) is { } line)
        {
            switch (line.Split(": ", 2))
            {
                case [""] when data.Length > 0:
                    return new(id, name, data);
                case ["id", var value]:
                    id = value;
                    break;
                case ["event", var value]:
                    name = value;
                    break;
                case ["data", var value]:
                    data = value;
                    break;
                default:
                    break;
            }
        }
        return null;
    }
}
