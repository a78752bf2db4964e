using System.Globalization;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Protocol.Sessions;

namespace Pryx.Bench;

/// <summary>A store with many sessions, made once, for the command that a person types most to find one of them again.</summary>
internal static class SessionListMeasure
{
    public const int Sessions = 10_000;

    /// <param name="home">Of the subject; no process has it open.</param>
    public static async Task FillAsync(string home, string folder, CancellationToken cancellationToken)
    {
        var paths = new PryxPaths(home, Path.Combine(home, ".pryx"));
        await using var store = await CoreStore.OpenAsync(new CoreOptions { Paths = paths, Settings = new Settings(static _ => null) }, cancellationToken);
        await Parallel.ForAsync(0, Sessions, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancellationToken }, async (i, token) =>
            await store.Sessions.CreateAsync(new CreateSession { Title = string.Create(CultureInfo.InvariantCulture, $"Session number {i} of many"), Workspace = folder, Model = "openai/gpt-4o" }, token));
    }
}
