using Pryx.Agent.Shell;

namespace Pryx.Agent.Tests.Shell;

/// <summary><c>make fuzz-shell</c>: what the parser says of a script against what real shells do with it.</summary>
public sealed class ShellFuzzTests
{
    private static readonly int Parses = Setting("PRYX_FUZZ_PARSES", 5_000);
    private static readonly int Runs = Setting("PRYX_FUZZ_RUNS", 300);
    private static readonly int Seed = Setting("PRYX_FUZZ_SEED", 20261121);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void No_script_makes_the_parser_throw_or_hang()
    {
        var generator = new ScriptGenerator(new Random(Seed));
        var clear = 0;
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < Parses; i++)
        {
            var script = generator.Next();
            var start = TimeProvider.System.GetTimestamp();
            clear += ShellScript.Parse(script, i % 2 == 0 ? ShellDialect.Bash : ShellDialect.Posix).Unclear is null ? 1 : 0;
            var took = TimeProvider.System.GetElapsedTime(start);
            slowest = took > slowest ? took : slowest;
        }
        TestContext.Current.SendDiagnosticMessage("{0} scripts read, {1} understood, the slowest in {2:0.0} ms", Parses, clear, slowest.TotalMilliseconds);
        Assert.True(clear > Parses / 20, $"Only {clear} of {Parses} scripts were understood: the test proves little.");
        Assert.True(slowest < TimeSpan.FromSeconds(2), $"One script took {slowest.TotalMilliseconds:0} ms.");
    }

    [Theory]
    [InlineData("$(")]
    [InlineData("(")]
    [InlineData("{ ")]
    [InlineData("`")]
    [InlineData("${x:-")]
    [InlineData("$((")]
    [InlineData("if ")]
    [InlineData("sudo ")]
    [InlineData("a;")]
    [InlineData("a|")]
    [InlineData("{a,b}")]
    [InlineData("{")]
    [InlineData("<<E ")]
    [InlineData("\"$(")]
    [InlineData("[[ (")]
    [InlineData("x=(")]
    [InlineData("a && ")]
    [InlineData("\\\n")]
    [InlineData("case a in a) ")]
    [InlineData("f() ")]
    [InlineData("a <<E\n")]
    [InlineData("cd a;")]
    [InlineData("! ")]
    [InlineData("sh -c '")]
    [InlineData("a[")]
    public void Repetition_takes_time_in_proportion(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 100_000 / piece.Length));
        var start = TimeProvider.System.GetTimestamp();
        ShellScript.Parse(text);
        ShellScript.Parse(text, ShellDialect.Posix);
        ShellScript.Parse("echo " + text);
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Every_program_that_ran_and_every_file_that_was_written_was_foreseen()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(ShellJail.Bubblewrap) && File.Exists("/bin/dash"), "The judge runs scripts in bubblewrap, which is not here.");
        var generator = new ScriptGenerator(new Random(Seed + 1));
        var misses = new List<string>();
        var programs = 0;
        for (var done = 0; done < Runs && misses.Count < 40;)
        {
            using var jail = new ShellJail();
            var runs = new List<(int Run, string Shell, string Script, ShellScript Parsed)>();
            while (runs.Count < Math.Min(300, Runs - done))
            {
                var script = generator.Next();
                if (script.Any(c => c == '\0' || char.IsSurrogate(c)))
                {
                    continue;
                }
                Add("bash", ShellDialect.Bash);
                Add("dash", ShellDialect.Posix);
                Add("posix", ShellDialect.Posix);

                void Add(string shell, ShellDialect dialect)
                {
                    if (ShellScript.Parse(script, dialect) is { Unclear: null } parsed)
                    {
                        runs.Add((jail.Add(script, shell), shell, script, parsed));
                    }
                }
            }
            await jail.RunAsync(Cancel);
            foreach (var (run, shell, script, parsed) in runs)
            {
                foreach (var words in jail.Ran(run))
                {
                    programs++;
                    if (!parsed.Commands.Any(command => ShellJudge.Foresees(command, words)))
                    {
                        misses.Add($"{shell} ran [{string.Join("] [", words)}] for:\n{script}\n  seen: {string.Join(" | ", parsed.Commands)}");
                    }
                }
                foreach (var file in jail.Written(run).Where(file => !ShellJudge.Foresees(parsed, file)))
                {
                    misses.Add($"{shell} wrote [{file}] for:\n{script}\n  seen: {string.Join(", ", parsed.Commands.SelectMany(command => command.Facts.Writes))}");
                }
            }
            done += runs.Count;
        }
        TestContext.Current.SendDiagnosticMessage("{0} runs, {1} programs seen", Runs, programs);
        Assert.True(programs > Runs / 4, $"Only {programs} programs ran in {Runs} runs: the test proves little.");
        Assert.True(misses.Count == 0, string.Join("\n\n", misses.OrderBy(miss => miss.Length).Take(12)));
    }

    private static int Setting(string name, int normal) => int.TryParse(Environment.GetEnvironmentVariables()[name] as string, out var value) ? value : normal;
}
