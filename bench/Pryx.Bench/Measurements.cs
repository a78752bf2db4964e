using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Bench;

/// <summary>What is measured. Subjects take turns within a measure (A B A B), so that what else the machine does hits all alike.</summary>
internal sealed class Measurements(IReadOnlyList<Subject> subjects, int runs, int warmUps, CancellationToken cancellationToken)
{
    private const string Prompt = "Say hello.", Marker = "fake provider";

    // The provider thinks for this long: the program has then done all it does before a reply and only waits.
    private static readonly TimeSpan Thinking = TimeSpan.FromMilliseconds(400);
    private static readonly ScriptedReply Text = Says("Hello from the ", "fake provider.");

    public async Task<IReadOnlyList<Measure>> RunAsync()
    {
        using var bed = new Bed();
        return
        [
            Version(bed),
            await OneShotAsync(bed, "one-shot text", "one reply of two chunks; start of the process to its end", 260, 120, Text),
            await OneShotAsync(bed, "one-shot tool", "a shell command (`echo hello`), then a reply: two requests", null, null,
                Calls(("shell_exec", """{"command":"echo hello"}""")), Text),
            await FirstTokenAsync(bed),
            await AnswerInPipeAsync(bed),
            await FirstRequestAsync(bed),
            await MemoryAsync(bed, "peak memory, text", 138, 106, Text),
            await MemoryAsync(bed, "peak memory, tool", 138, 106, Calls(("shell_exec", """{"command":"echo hello"}""")), Text),
            await SessionListAsync(),
            PolicyMeasure.Run(runs, warmUps),
            await SandboxMeasure.RunAsync(runs, warmUps, cancellationToken),
            .. CatalogMeasure.Run(runs, warmUps),
            FirstCatalog(bed, CatalogMeasure.Json()),
            Download(),
        ];
    }

    /// <summary>Only what is about the catalog.</summary>
    /// <param name="file">As <see cref="CatalogMeasure.Run"/> takes it.</param>
    public IReadOnlyList<Measure> RunCatalog(string? file)
    {
        using var bed = new Bed();
        return [.. CatalogMeasure.Run(runs, warmUps, file), FirstCatalog(bed, file is null ? CatalogMeasure.Json() : File.ReadAllBytes(file))];
    }

    // The first time in a process, with all that it loads and compiles for it: what a warm reader in the harness does not show.
    private Measure FirstCatalog(Bed bed, byte[] json) => new("catalog, first read in a process", "ms",
        "`pryx model info openai/gpt-4o` with a new `cache/models.json` less the same with the table that was made of it: reading, checking, writing the table", 50, 50,
        Interleave([.. subjects.Where(subject => subject.File is not null)], subject =>
        {
            bed.PutCatalog(subject, json);
            var first = bed.Command(subject, "model info openai/gpt-4o").Elapsed;
            return (first - bed.Command(subject, "model info openai/gpt-4o").Elapsed).TotalMilliseconds;
        }));

    // A bed of its own: no other measure pays for ten thousand sessions.
    private async Task<Measure> SessionListAsync()
    {
        using var bed = new Bed();
        Subject[] ours = [.. subjects.Where(static subject => subject.File is not null)];
        foreach (var subject in ours)
        {
            await SessionListMeasure.FillAsync(bed.Home(subject), bed.Folder(subject), cancellationToken);
        }
        return new("session list, 10,000 sessions", "ms", "`pryx session list` without a daemon over a store of 10,000 sessions; start of the process to its end", 195, 150,
            Interleave(ours, subject => bed.Command(subject, "session list").Elapsed.TotalMilliseconds));
    }

    private Measure Version(Bed bed) => new("`--version`", "ms", "start of the process to its end", 14.3, 11, Interleave(
        [.. subjects.Where(subject => subject.Version is not null)],
        subject => bed.Version(subject, subject.Version!).Elapsed.TotalMilliseconds));

    private async Task<Measure> OneShotAsync(Bed bed, string name, string explanation, double? release, double? canary, params ScriptedReply[] script)
    {
        await using var fake = await FakeProvider.StartAsync(FakeScripts.BySteps(script), cancellationToken);
        return new(name, "ms", explanation, release, canary, Interleave(subjects, subject => bed.Prompt(subject, fake, Prompt, Marker).Elapsed.TotalMilliseconds));
    }

    private async Task<Measure> FirstTokenAsync(Bed bed)
    {
        await using var fake = await StartThinkingAsync();
        return new("first-token overhead", "ms",
            "the provider's write of the first text to our read of that text on standard output, one clock, one process each; ours with `--json`, which prints "
            + $"each piece as it comes; the provider thinks for {Thinking.TotalMilliseconds} ms first. It includes the loopback socket, the pipe and the provider's own write: "
            + "the floor is what curl, which only passes the stream on, shows by the same clock",
            0.6, 0.6, Interleave(Subject.Curl is { } curl ? [.. subjects, curl] : subjects, subject => FirstToken(bed, fake, subject.Streaming)));
    }

    // No budget: into a pipe the answer is held back on purpose, so this is the time to a whole stored answer, not to a first token.
    private async Task<Measure> AnswerInPipeAsync(Bed bed)
    {
        await using var fake = await StartThinkingAsync();
        return new("answer in a pipe", "ms",
            "as first-token overhead, without `--json`: ours gives a pipe only the final answer, once the step is complete (it might still call a tool) and stored, so this holds "
            + "the rest of the reply and a durable commit; on a terminal the text streams as it does with `--json`",
            null, null, Interleave(subjects, subject => FirstToken(bed, fake, subject)));
    }

    private Task<FakeProvider> StartThinkingAsync() => FakeProvider.StartAsync(
        FakeScripts.Always(Says("fake provider") with { Trouble = new() { BeforeFirstChunk = Thinking } }), cancellationToken);

    private static double FirstToken(Bed bed, FakeProvider fake, Subject subject)
    {
        var run = bed.Prompt(subject, fake, Prompt, Marker);
        return (run.MarkAt!.Value - (fake.ModelRequests[^1].FirstContentAt ?? throw new InvalidOperationException("The provider wrote no text."))).TotalMilliseconds;
    }

    private async Task<Measure> FirstRequestAsync(Bed bed)
    {
        await using var fake = await FakeProvider.StartAsync(FakeScripts.Always(Text), cancellationToken);
        return new("first request", "KB", "body of the first model request of an empty session, as the provider received it (1 KB = 1,000 bytes)", 12, 12,
            [.. subjects.Select(subject =>
            {
                var before = fake.ModelRequests.Count;
                bed.Prompt(subject, fake, Prompt, Marker);
                return new Sample(subject.Name, subject.Build, [fake.ModelRequests[before].Bytes / 1000.0]);
            })]);
    }

    // Apart from the timed runs: looking every millisecond costs time itself.
    private async Task<Measure> MemoryAsync(Bed bed, string name, double release, double canary, params ScriptedReply[] script)
    {
        await using var fake = await FakeProvider.StartAsync(FakeScripts.BySteps(script), cancellationToken);
        return new(name, "MB", "VmHWM, looked at every millisecond, of the process and its children added up", release, canary,
            OperatingSystem.IsLinux() ? Interleave(subjects, subject => Peak(bed, subject, fake)) : []);
    }

    private double Peak(Bed bed, Subject subject, FakeProvider fake)
    {
        PeakMemory? memory = null;
        var following = Task.CompletedTask;
        bed.Prompt(subject, fake, Prompt, Marker, pid =>
        {
            memory = new(pid);
            following = Task.Run(() => memory.FollowAsync(cancellationToken), cancellationToken);
        });
        memory!.End();
        following.GetAwaiter().GetResult();
        return memory.Megabytes;
    }

    private Measure Download() => new("download", "MB", "the executable, gzipped (1 MB = 1,000,000 bytes)", 40, 40,
        [.. subjects.Where(subject => subject.File is not null).Select(subject => new Sample(subject.Name, subject.Build, [Machine.Gzipped(subject.File!) / 1e6]))]);

    private List<Sample> Interleave(IEnumerable<Subject> those, Func<Subject, double> measure)
    {
        var values = those.ToDictionary(subject => subject, _ => new List<double>());
        for (var i = -warmUps; i < runs; i++)
        {
            foreach (var (subject, list) in values)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var value = measure(subject);
                if (i >= 0)
                {
                    list.Add(value);
                }
            }
        }
        return [.. values.Select(pair => new Sample(pair.Key.Name, pair.Key.Build, pair.Value))];
    }
}
