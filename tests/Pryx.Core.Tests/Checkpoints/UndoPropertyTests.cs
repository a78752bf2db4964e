using System.Globalization;
using System.Text;
using Pryx.Core.Checkpoints;
using Pryx.Core.Sandbox;

namespace Pryx.Core.Tests.Checkpoints;

/// <summary>
/// Random turns of edits, removals, renames, links and modes, with the user's own changes between: undo gives each tree back exactly, redo
/// as well, and what the user did stays. A failure names its seed; <c>make undo-check</c> runs a thousand.
/// </summary>
public sealed class UndoPropertyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static int Rounds => int.TryParse((string?)Environment.GetEnvironmentVariables()["PRYX_UNDO_ROUNDS"], CultureInfo.InvariantCulture, out var rounds) ? rounds : 12;

    [Fact]
    public async Task Undo_and_redo_give_back_exactly_what_was()
    {
        var first = int.TryParse((string?)Environment.GetEnvironmentVariables()["PRYX_UNDO_SEED"], CultureInfo.InvariantCulture, out var seed) ? seed : 1;
        for (var round = 0; round < Rounds; round++)
        {
            await RoundAsync(first + round, (first + round) % 4 == 0 ? SandboxChoice.Landlock : SandboxChoice.Bubblewrap);
        }
    }

    private static async Task RoundAsync(int seed, SandboxChoice level)
    {
        var random = new Random(seed);
        await using var bench = await UndoBench.OpenAsync(Token, level);
        var commands = new StringBuilder();
        try
        {
            Plant(bench, random);
            var states = new List<SortedDictionary<string, string>> { bench.Hash() };
            var turns = random.Next(1, 4);
            for (var turn = 0; turn < turns; turn++)
            {
                var calls = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Script(random)).ToList();
                commands.AppendJoin("\n", calls).Append("\n--\n");
                await bench.TurnAsync(Token, [.. calls.Select(call => (Func<UndoBench.TurnCalls, Task>)(calling => RunAsync(calling, call)))]);
                states.Add(bench.Hash());
            }
            // Some of the user's own, where no turn has been.
            bench.Write("mine/own.txt", $"the user's {seed}");
            var mine = bench.Hash().Where(static pair => pair.Key.StartsWith("mine", StringComparison.Ordinal)).ToList();
            foreach (var state in states)
            {
                foreach (var (path, how) in mine)
                {
                    state[path] = how;
                }
            }
            // Turns that came to nothing leave nothing to take back.
            var steps = Enumerable.Range(0, turns).Where(turn => !states[turn].SequenceEqual(states[turn + 1])).ToList();
            foreach (var turn in Enumerable.Reverse(steps))
            {
                await UndoOneAsync(bench, turn + 1);
                Same(states[turn], bench.Hash());
            }
            if (steps.Count > 0)
            {
                await bench.RedoAsync(Token);
                Same(states[steps[0] + 1], bench.Hash());
                await UndoOneAsync(bench, steps[0] + 1);
                Same(states[steps[0]], bench.Hash());
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Assert.Fail($"Seed {seed} ({level}): {e.Message}\n{commands}");
        }
    }

    [Fact]
    public async Task What_the_user_changed_survives_every_undo()
    {
        for (var seed = 1; seed <= Math.Max(4, Rounds / 4); seed++)
        {
            var random = new Random(seed * 7919);
            await using var bench = await UndoBench.OpenAsync(Token);
            Plant(bench, random);
            var written = new HashSet<string>();
            for (var turn = 0; turn < 3; turn++)
            {
                await bench.TurnAsync(Token, calling => RunAsync(calling, Script(random)));
                var files = Files(bench).Order(StringComparer.Ordinal).ToList();
                var chosen = files.Where(_ => random.Next(3) == 0).ToList();
                foreach (var file in chosen)
                {
                    bench.SetMode(Path.GetRelativePath(bench.Workspace, file), 0b110_100_100);
                    written.Add($"mine {seed}.{turn} {Path.GetFileName(file)}");
                    await File.WriteAllTextAsync(file, $"mine {seed}.{turn} {Path.GetFileName(file)}", Token);
                }
            }
            var own = Words(bench);
            own.IntersectWith(written); // What a turn has added to since is the turn's.
            // The last words on each file are the user's: nothing may take them away, wherever a rename has brought them.
            try
            {
                await bench.Desk.RewindAsync(bench.Session, new(0, "files"), false, "test", null, Token);
            }
            catch (Pryx.Protocol.Errors.PryxException e) when (e.Code == "UNDO_NOTHING")
            {
                continue;
            }
            Assert.True(Words(bench).IsSupersetOf(own), $"Seed {seed}: gone is {string.Join(", ", own.Except(Words(bench)))}");
        }
    }

    // A command with a path in it whose links go in a circle is not run at all.
    private static async Task RunAsync(UndoBench.TurnCalls calling, string command)
    {
        try
        {
            await calling.RunAsync(command);
        }
        catch (Pryx.Agent.Tools.ToolArgumentException)
        {
            await calling.RunAsync("true");
        }
    }

    private static IEnumerable<string> Files(UndoBench bench) =>
        Directory.EnumerateFiles(bench.Workspace, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint });

    private static HashSet<string> Words(UndoBench bench) => [.. Files(bench).Select(File.ReadAllText).Where(static text => text.StartsWith("mine ", StringComparison.Ordinal))];

    private static async Task UndoOneAsync(UndoBench bench, int turn)
    {
        UndoneBody undone = await bench.UndoAsync(Token, turn);
        Assert.True(undone.Left.Count == 0, $"turn {turn} left {string.Join(", ", undone.Left.Select(static left => $"{left.Path}: {left.Why}"))}");
    }

    private static void Same(SortedDictionary<string, string> expected, SortedDictionary<string, string> actual) => Assert.True(
        expected.SequenceEqual(actual),
        $"missing: {string.Join(", ", expected.Except(actual))}\nnot expected: {string.Join(", ", actual.Except(expected))}");

    private static void Plant(UndoBench bench, Random random)
    {
        for (var file = 0; file < 12; file++)
        {
            var path = Name(random, random.Next(3));
            if (!Path.Exists(Path.Combine(bench.Workspace, path)) && Enumerable.Range(1, path.Count(static letter => letter == '/')).All(depth => !File.Exists(Path.Combine(bench.Workspace, string.Join('/', path.Split('/').Take(depth))))))
            {
                bench.Write(path, $"planted {file} {random.Next()}\n");
            }
        }
    }

    // Few names, so that they meet.
    private static string Name(Random random, int depth) => string.Join('/', Enumerable.Range(0, depth + 1).Select(_ => "abcde"[random.Next(5)].ToString()));

    private static string Script(Random random)
    {
        var script = new StringBuilder();
        for (var step = random.Next(1, 6); step > 0; step--)
        {
            var (one, two) = (Name(random, random.Next(3)), Name(random, random.Next(3)));
            script.Append(random.Next(15) switch
            {
                0 => $"rm -rf {one}",
                1 => $"mv {one} {two}",
                2 => $"mv -T {one} {two}",
                3 => $"mkdir -p {one}",
                4 => $"echo {random.Next()} > {one}",
                5 => $"echo {random.Next()} >> {one}",
                6 => $"chmod {(random.Next(2) == 0 ? "755" : "640")} {one}",
                7 => $"ln -s {two} {one}",
                8 => $"ln {one} {two}",
                9 => $"cp -r {one} {two}",
                10 => $"sed -i 's/[0-9]/x/' {one}",
                11 => $"truncate -s {random.Next(20)} {one}",
                12 => $"rmdir {one}",
                13 => $"mkdir -p {Path.GetDirectoryName(one)?.Replace('\\', '/') ?? "."}/. && echo {random.Next()} | tee {one}",
                _ => $"ln -sfn {two} {one}",
            }).Append(" 2>/dev/null; ");
        }
        return script.Append("true").ToString();
    }
}
