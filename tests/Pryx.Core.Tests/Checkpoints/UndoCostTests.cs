using System.Diagnostics;
using System.Globalization;

namespace Pryx.Core.Tests.Checkpoints;

/// <summary>Measures what remembering adds to calls in a large workspace; for <c>make undo-cost</c>.</summary>
public sealed class UndoCostTests
{
    private const int Files = 100_000, Bytes = 20_000, Folders = 1_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_it_costs_in_a_workspace_of_2_GB_and_100_000_files()
    {
        Assert.SkipUnless((string?)Environment.GetEnvironmentVariables()["PRYX_UNDO_COST"] == "1", "Takes minutes and 2 GB; make undo-cost runs it");
        await using var bench = await UndoBench.OpenAsync(Token);
        await Compare("true", bench, 3);
        var text = new byte[Bytes];
        for (var file = 0; file < Files; file++)
        {
            var folder = Path.Combine(bench.Workspace, $"d{file % Folders}");
            Directory.CreateDirectory(folder);
            BitConverter.TryWriteBytes(text, file);
            await File.WriteAllBytesAsync(Path.Combine(folder, $"f{file}"), text, Token);
        }
        foreach (var command in (string[])["true", "echo x > d1/f1", "rm d2/f2"])
        {
            await Compare(command, bench, 21);
        }
        await Compare("for i in $(seq 10000); do echo x > n$i; done; rm -f n*", bench, 3);

        var turn = await bench.BeginAsync(Token);
        for (var call = 0; call < 3; call++)
        {
            var clock = Stopwatch.GetTimestamp();
            await turn.WriteAsync($"d{call + 5}/f{call + 5}", "changed");
            Say($"write_file, call {call + 1} of a turn: {Stopwatch.GetElapsedTime(clock).TotalMilliseconds:0.0} ms in all");
        }
        for (var call = 0; call < 3; call++)
        {
            var clock = Stopwatch.GetTimestamp();
            await turn.RunAsync($"rm d{call + 20}/f{call + 20}");
            Say($"rm of one file, call {call + 1}: {Stopwatch.GetElapsedTime(clock).TotalMilliseconds:0.0} ms in all");
        }
        await bench.EndAsync(turn.Id, Token);
        await Measure("rm -rf of 10,000 files in 100 folders (200 MB)", bench, "rm -rf d3?? ");
        var undo = Stopwatch.GetTimestamp();
        var undone = await bench.UndoAsync(Token);
        Say($"undo of it: {undone.Changed.Count:N0} paths, {Stopwatch.GetElapsedTime(undo).TotalMilliseconds:0} ms");
        Assert.Empty(undone.Left);
    }

    private static async Task Compare(string command, UndoBench bench, int times)
    {
        List<double> watched = [], plain = [];
        for (var time = 0; time < times; time++)
        {
            plain.Add(await TimeAsync(bench, command, remembers: false));
            watched.Add(await TimeAsync(bench, command));
        }
        plain.Sort();
        watched.Sort();
        Say($"{command}: median {watched[times / 2]:0.0} ms remembered (first call of its turn each), {plain[times / 2]:0.0} ms not");
    }

    private static async Task Measure(string what, UndoBench bench, string command) => Say($"{what}: {await TimeAsync(bench, command):0.0} ms");

    private static async Task<double> TimeAsync(UndoBench bench, string command, bool remembers = true)
    {
        var clock = Stopwatch.GetTimestamp();
        var turn = await bench.BeginAsync(Token, remembers);
        await turn.RunAsync(command);
        var elapsed = Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
        await bench.EndAsync(turn.Id, Token);
        return elapsed;
    }

    private static void Say(FormattableString text) => TestContext.Current.TestOutputHelper!.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
