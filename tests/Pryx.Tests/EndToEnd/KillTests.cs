using System.Collections.Concurrent;
using System.Text.Json;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Protocol.Items;
using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>
/// kill -9 while five steps run, then <c>pryx run --continue</c> until it ends. What happened is counted outside: by a file that the
/// command appends to, by the provider's own list of requests, and by what the killed process had printed.
/// </summary>
public sealed class KillTests
{
    private const int Seed = 20261121;

    /// <summary>PRYX_KILLS=100 for the whole measurement: <c>make kills</c>.</summary>
    private static readonly int Points = int.TryParse(EnvironmentSettings.Read("PRYX_KILLS"), out var points) ? points : 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("NFR-R6", "resume after crash")]
    [Requirement("T6.5", "session persists")]
    [Requirement("T6.5", "messages persist")]
    public async Task Killed_at_any_point_nothing_acknowledged_is_lost_and_no_call_runs_twice()
    {
        var (first, whole) = await MeasureAsync();
        var failures = new ConcurrentBag<string>();
        var interrupted = 0;
        await Parallel.ForEachAsync(KillPoint.Random(Seed, Points, first, whole), new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = Cancellation }, async (point, _) =>
        {
            try
            {
                Interlocked.Add(ref interrupted, await KillAndContinueAsync(point));
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                failures.Add($"{point}: {e.Message}");
            }
        });
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));
        TestContext.Current.TestOutputHelper?.WriteLine($"{Points} points, {interrupted} calls interrupted, the whole run takes {whole.TotalMilliseconds:0} ms");
    }

    [Fact]
    [Requirement("G3", "0 zombies after exit")]
    public async Task A_command_that_ran_when_Pryx_died_ends_and_is_not_run_again_and_the_model_is_told()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Replies.Calls(("shell_exec", """{"command":"echo begun >> begun.txt; sleep 61.7391; echo ended >> begun.txt"}""")),
            Replies.Says("I will look before I repeat it.")), Cancellation);
        using var person = Person.At(provider);
        await using (var run = await person.StartAsync("run", "-m", Models.Chat, "--approve-all", "go"))
        {
            await Until.TrueAsync(() => person.Home.Exists("begun.txt"), Cancellation);
            run.KillHard();
            await run.WaitAsync(Cancellation);
        }
        await Until.TrueAsync(() => !OtherProcesses.Exist("61.7391"), Cancellation);

        var again = await person.PryxAsync("run", "--continue");

        Assert.True(again.ExitCode == 0, again.Stderr);
        Assert.Equal("I will look before I repeat it.\n", again.Stdout);
        Assert.Equal("begun\n", person.Home.Read("begun.txt"));
        Assert.Contains("outcome is unknown", provider.ModelRequests[^1].Results[^1].Text, StringComparison.Ordinal);
        Assert.Equal(2, provider.ModelRequests.Count);
        Assert.Empty(provider.Violations);
    }

    [Fact]
    public async Task A_question_that_was_open_when_Pryx_died_is_asked_again_and_then_the_new_prompt_is_answered()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(
            Replies.Calls(("shell_exec", """{"command":"echo made >> made.txt"}""")), Replies.Says("First answer."), Replies.Says("Second answer.")), Cancellation);
        using var person = Person.At(provider);
        await using (var terminal = person.Terminal("run", "-m", Models.Chat, "first"))
        {
            await terminal.WaitForTextAsync("Answer: ", Cancellation);
            terminal.KillHard();
            Assert.Equal(128 + 9, await terminal.WaitAsync(Cancellation));
        }

        await using (var terminal = person.Terminal("run", "--continue", "second"))
        {
            await terminal.WaitForTextAsync("shell.exec: Run echo made >> made.txt", Cancellation);
            await terminal.WaitForTextAsync("Answer: ", Cancellation);
            terminal.SendKeys("y");
            await terminal.WaitForTextAsync("First answer.", Cancellation);
            await terminal.WaitForTextAsync("Second answer.", Cancellation);
            Assert.Equal(0, await terminal.WaitAsync(Cancellation));
        }

        Assert.Equal("made\n", person.Home.Read("made.txt"));
        Assert.Equal(3, provider.ModelRequests.Count);
        Assert.Empty(provider.Violations);
    }

    private static async Task<(TimeSpan First, TimeSpan Whole)> MeasureAsync()
    {
        await using var provider = await StartProviderAsync();
        using var person = NewPerson(provider);
        var started = TimeProvider.System.GetUtcNow();
        var run = await person.PryxAsync(Command);
        Assert.True(run.ExitCode == 0, run.Stderr);
        return (provider.ModelRequests[0].At - started, run.Duration);
    }

    /// <returns>How many calls were interrupted.</returns>
    private static async Task<int> KillAndContinueAsync(KillPoint point)
    {
        await using var provider = await StartProviderAsync();
        using var person = NewPerson(provider);
        IReadOnlyList<Item> stored = [];
        var kills = 0;
        foreach (var at in point.Again is { } again ? [point, point with { AfterRequest = 0, Delay = again }] : (KillPoint[])[point])
        {
            await using var run = await person.StartAsync(CommandAfter(stored));
            await at.WaitAsync(provider, run, Cancellation);
            run.KillHard();
            kills++;
            var printed = IdsIn((await run.WaitAsync(Cancellation)).Stdout);
            stored = await CheckStoreAsync(person, stored, printed);
            Assert.True(stored.Count > 0 || provider.ModelRequests.Count == 0, "A request was made before its input was stored.");
        }

        var last = await person.PryxAsync(CommandAfter(stored));
        var wasOver = last.ExitCode == 2 && last.Stderr.Contains("no open turn", StringComparison.Ordinal);
        Assert.True(last.ExitCode == 0 || wasOver, last.Stderr);
        Assert.True(wasOver || TerminalEvents(last.Stdout) == 1, last.Stdout);
        var items = await CheckStoreAsync(person, stored, IdsIn(last.Stdout));
        Assert.Equal("The function add subtracted; it adds now, and the test passes.", Assert.IsType<Reply>(items[^1]).Text);
        CheckRequests(provider, kills);
        return CheckEffects(person, provider, items);
    }

    // Everything printed is stored, and what was stored stays as it was.
    private static async Task<IReadOnlyList<Item>> CheckStoreAsync(Person person, IReadOnlyList<Item> before, IReadOnlyList<string> printed)
    {
        var now = await ReadItemsAsync(person);
        Assert.Equal(before.Select(item => item.Id), now.Take(before.Count).Select(item => item.Id));
        Assert.Empty(printed.Except(now.Select(item => item.Id.ToString())));
        return now;
    }

    private static int CheckEffects(Person person, FakeProvider provider, IReadOnlyList<Item> items)
    {
        Assert.Equal(SmallProject.Prompt, Assert.Single(items.OfType<UserMessage>()).Text);
        var calls = items.OfType<ToolCall>().ToList();
        Assert.Equal(["read_file", "grep", "edit_file", "shell_exec"], calls.Select(call => call.Name));
        var results = calls.Select(call => Assert.Single(items.OfType<ToolResult>(), result => result.CallId == call.CallId)).ToList();
        var runs = person.Home.Exists("runs.txt") ? File.ReadAllLines(person.Home.PathOf("runs.txt")).Length : 0;
        Assert.True(results[3].Status == ToolStatus.Interrupted ? runs <= 1 : runs == 1, $"The command ran {runs} times, its result is {results[3].Status}.");
        var file = person.Home.Read("calc.sh");
        Assert.True(file == SmallProject.Repaired || (results[2].Status == ToolStatus.Interrupted && file == SmallProject.Broken), file);
        var told = provider.ModelRequests[^1].Results;
        Assert.Equal(4, told.Count);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(results[i].Status == ToolStatus.Interrupted, told[i].Text.Contains("outcome is unknown", StringComparison.Ordinal));
        }
        return results.Count(result => result.Status == ToolStatus.Interrupted);
    }

    // A step is asked for again only where the process died before it was stored.
    private static void CheckRequests(FakeProvider provider, int kills)
    {
        Assert.Empty(provider.Violations);
        var steps = provider.ModelRequests.Select(request => request.Step).ToList();
        Assert.Equal(steps.Order(), steps);
        Assert.Equal([0, 1, 2, 3, 4], steps.Distinct());
        Assert.InRange(steps.Count, 5, 5 + kills);
    }

    private static Task<FakeProvider> StartProviderAsync() =>
        FakeProvider.StartAsync(ScriptFile.Load("five-steps", betweenChunks: TimeSpan.FromMilliseconds(15)), Cancellation);

    private static Person NewPerson(FakeProvider provider)
    {
        var person = Person.At(provider);
        SmallProject.WriteTo(person.Folder);
        // Slow enough to be hit before and after its effect.
        person.Home.Write("test.sh", $"sleep 0.1\n{person.Home.Read("test.sh")}sleep 0.1\n");
        return person;
    }

    private static string[] Command => ["run", "-m", Models.Chat, "--approve-all", "--json", SmallProject.Prompt];

    private static string[] CommandAfter(IReadOnlyList<Item> stored) => stored.Count == 0 ? Command : ["run", "--continue", "--approve-all", "--json"];

    private static async Task<IReadOnlyList<Item>> ReadItemsAsync(Person person)
    {
        var settings = new Settings(name => name switch { "HOME" => person.Home.Home, "PRYX_DATA_DIR" => person.Home.Data, _ => null });
        if (!File.Exists(PryxPaths.From(settings).Database))
        {
            return [];
        }
        await using var client = new LocalClient(new PryxCore(new CoreOptions { Paths = PryxPaths.From(settings), Settings = settings, OnWarning = Assert.Fail }));
        return await client.FindLatestSessionAsync(person.Folder, Cancellation) is { } session ? await client.GetItemsAsync(session.Id, Cancellation) : [];
    }

    private static List<string> IdsIn(string stdout) =>
        [.. EventsIn(stdout).Where(e => e.TryGetProperty("item", out _)).Select(e => e.GetProperty("item").GetProperty("id").GetString()!)];

    private static int TerminalEvents(string stdout) => EventsIn(stdout)
        .Count(e => e.TryGetProperty("event", out var name) && name.GetString() is "turn.completed" or "turn.failed" or "turn.cancelled" or "turn.limited");

    // The last line may be torn: it was not acknowledged.
    private static IEnumerable<JsonElement> EventsIn(string stdout) => stdout[..(stdout.LastIndexOf('\n') + 1)]
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line));
}
