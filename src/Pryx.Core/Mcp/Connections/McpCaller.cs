using ModelContextProtocol;
using Pryx.Agent.Tools;

namespace Pryx.Core.Mcp.Connections;

/// <summary>Whose call a server is working on: its questions go to that person, its hosts are judged by that policy.</summary>
internal sealed class McpCaller(ToolContext context, CancellationTokenSource idle, TimeSpan patience) : IProgress<ProgressNotificationValue>
{
    /// <summary>Of the call that is being sent in this flow: the transport says its number.</summary>
    public static AsyncLocal<McpCaller?> Sending { get; } = new();

    public ToolContext Context => context;

    /// <summary>Of the request on its way; null before it is sent, and where the transport does not say.</summary>
    public ModelContextProtocol.Protocol.RequestId? Request { get; set; }

    public void Report(ProgressNotificationValue value)
    {
        Touch();
        var share = value.Total is { } total ? $"{value.Progress:0.##}/{total:0.##}" : $"{value.Progress:0.##}";
        context.OnOutput("progress", $"{share}{(value.Message is { } message ? $" {PlainWords.OneLine(message, 500)}" : "")}\n");
    }

    /// <summary>The server is alive: its time begins anew.</summary>
    public void Touch()
    {
        try
        {
            idle.CancelAfter(patience);
        }
        catch (ObjectDisposedException)
        {
            // The call is over.
        }
    }

    /// <summary>While a person thinks, the server's time stands still.</summary>
    public async Task<T> WaitForPersonAsync<T>(Func<Task<T>> askAsync)
    {
        try
        {
            idle.CancelAfter(Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // As above.
        }
        try
        {
            return await askAsync().ConfigureAwait(false);
        }
        finally
        {
            Touch();
        }
    }
}
