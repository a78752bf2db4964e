using Pryx.Bench.Gateway;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Bench.Tui;

/// <summary>The terminal UI as a whole process in a pseudo-terminal, beside a whole core: how soon it draws, what a stream costs it, how it types in a long session.</summary>
internal sealed class TuiMeasures(IReadOnlyList<Subject> subjects, TuiScale scale, CancellationToken cancellationToken)
{
    private const int DeltasPerSecond = 200;
    private const string Stream = "stream", Long = "long", End = "stream-is-over";
    private readonly Dictionary<string, (Measure Row, List<Sample> Samples)> _rows = [];

    public async Task<IReadOnlyList<Measure>> RunAsync()
    {
        var root = Directory.CreateTempSubdirectory("pryx-bench-tui-");
        try
        {
            await using var fake = await FakeProvider.StartAsync(Answer, cancellationToken);
            foreach (var subject in subjects.Where(static subject => subject.File is not null))
            {
                await LiveAsync(subject, root, fake);
            }
            return [.. _rows.Values.Select(static row => row.Row with { Samples = row.Samples })];
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private ScriptedReply Answer(FakeRequest request) => request.LastUserText switch
    {
        Stream => Says([.. Enumerable.Range(0, scale.Deltas).Select(static i => i % 12 == 11 ? "words.\n\n" : "some words "), End])
            with { Trouble = new() { BetweenChunks = TimeSpan.FromSeconds(1.0 / DeltasPerSecond) } },
        Long when request.Step < scale.Steps => Calls([.. Enumerable.Repeat(("list_dir", """{"path":"."}"""), scale.CallsOfAStep)]),
        _ => Says("Done."),
    };

    private async Task LiveAsync(Subject subject, DirectoryInfo root, FakeProvider fake)
    {
        var home = Directory.CreateDirectory(Path.Combine(root.FullName, subject.Name, "home")).FullName;
        var folder = Directory.CreateDirectory(Path.Combine(root.FullName, subject.Name, "folder")).FullName;
        await using var core = await RunningCore.StartAsync(subject.File!, home, folder, fake.Url, cancellationToken);

        List<double> paints = [];
        for (var i = -1; i < scale.Starts; i++)
        {
            var (tui, paint) = await TuiProcess.StartAsync(subject.File!, [], home, folder, cancellationToken);
            await tui.DisposeAsync();
            if (i >= 0)
            {
                paints.Add(paint);
            }
        }
        Add(subject, new("terminal UI, first paint", "ms", "start of `pryx` in a terminal to the end of its first whole frame; a core runs", 250, 80, []), paints);

        await StreamAsync(subject, core, home, folder);
        await LongSessionAsync(subject, core, home, folder);
    }

    private async Task StreamAsync(Subject subject, RunningCore core, string home, string folder)
    {
        var session = await core.NewSessionAsync(cancellationToken);
        var (tui, _) = await TuiProcess.StartAsync(subject.File!, ["--session", session], home, folder, cancellationToken);
        await using (tui)
        {
            await core.SendAsync(session, "warm", cancellationToken);
            await tui.ShowsAsync("Done.", cancellationToken);
            var (processor, at) = (tui.ProcessorMilliseconds(), Clock.Now);
            await core.SendAsync(session, Stream, cancellationToken);
            await tui.ShowsAsync(End, cancellationToken);
            Add(subject, new($"terminal UI, {DeltasPerSecond} deltas a second", "%", $"processor time of the UI's process while {scale.Deltas:N0} pieces of a reply stream in, of one core", 2, 2, []),
                [(tui.ProcessorMilliseconds() - processor) / Clock.MillisecondsSince(at) * 100]);
        }
    }

    private async Task LongSessionAsync(Subject subject, RunningCore core, string home, string folder)
    {
        var session = await core.NewSessionAsync(cancellationToken);
        await core.SendAsync(session, Long, cancellationToken);
        var (tui, _) = await TuiProcess.StartAsync(subject.File!, ["--session", session], home, folder, cancellationToken);
        await using (tui)
        {
            await tui.ShowsAsync("Done.", cancellationToken);
            List<double> keys = [];
            for (var i = -scale.Keys / 10; i < scale.Keys; i++)
            {
                // A letter that nothing else on the screen is made of, so that what is waited for is what was typed.
                var shown = await tui.TypeAsync('ж', cancellationToken);
                if (i >= 0)
                {
                    keys.Add(shown);
                }
                await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, cancellationToken);
            }
            Add(subject, new($"terminal UI, typing with {scale.Items} items, p99", "ms", "a key's write to the terminal to the end of the frame that shows it; 99th percentile", 16, 16, []), [Clock.Percentile(keys, 0.99)]);
            Add(subject, new($"terminal UI, memory with {scale.Items} items", "MB", "PSS of the UI's process alone, after that typing", 60, 60, []), [tui.Memory()]);
        }
    }

    private void Add(Subject subject, Measure row, IReadOnlyList<double> values)
    {
        if (!_rows.TryGetValue(row.Name, out var entry))
        {
            _rows[row.Name] = entry = (row, []);
        }
        entry.Samples.Add(new Sample(subject.Name, subject.Build, values));
        Console.Error.WriteLine($"{subject.Name}: {row.Name}: {new Sample("", null, values).Median:0.00} {row.Unit}");
    }
}
