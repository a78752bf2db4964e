namespace Pryx.Terminal;

/// <summary>One line on a person's terminal while an answer takes longer than a second; it is gone when the answer is there. Nothing on a pipe.</summary>
internal sealed class WaitingNote(CommandIo io)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <param name="what">What is going on.</param>
    public async Task<T> WhileAsync<T>(Task<T> work, string what = "Working")
    {
        if (!io.IsErrorTerminal)
        {
            return await work;
        }
        var isShown = false;
        for (var seconds = 1; !await EndsAsync(work); seconds++)
        {
            io.Error.Write($"\r{io.ErrorStyle.Dim($"{what} … {seconds} s")}");
            await io.Error.FlushAsync();
            isShown = true;
        }
        if (isShown)
        {
            io.Error.Write("\r\e[K");
        }
        return await work;
    }

    // Within the next second; how it ended is its own affair.
    private async Task<bool> EndsAsync(Task work)
    {
        using var rest = new CancellationTokenSource();
        var tick = Task.Delay(Second, io.Time, rest.Token);
        var first = await Task.WhenAny(work, tick);
        await rest.CancelAsync();
        return first == work || work.IsCompleted;
    }
}
