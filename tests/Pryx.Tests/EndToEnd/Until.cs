namespace Pryx.Tests.EndToEnd;

/// <summary>Waits, in real time, for what another process does.</summary>
internal static class Until
{
    public static async Task TrueAsync(Func<bool> condition, CancellationToken cancellationToken, double seconds = 20)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started).TotalSeconds < seconds, $"It did not happen within {seconds} s.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        }
    }
}

/// <summary>The processes of this machine, whoever started them.</summary>
internal static class OtherProcesses
{
    /// <param name="word">One argument as it stands, such as a number of seconds that nobody else sleeps.</param>
    public static bool Exist(string word) => Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])).Any(folder =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0').Contains(word);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // It has ended.
        }
    });
}
