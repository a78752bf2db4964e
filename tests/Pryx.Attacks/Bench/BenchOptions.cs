using Pryx.Attacks.Cases;

namespace Pryx.Attacks.Bench;

/// <summary>What the command line of the bench asks for.</summary>
internal sealed record BenchOptions
{
    public const string Usage = """
        Usage: bench/attacks [--agent FILE]... [--only attacks|tasks] [--cases PREFIX] [--json FILE] [--log FOLDER]
        Runs the attacks and the tasks of this repository against command lines of agents, which FILEs describe (default: bench/agents/pryx.yaml).
        --only     only attacks, or only tasks
        --cases    only those whose name begins so, such as git/ or injection/readme
        --json     write all results there
        --log      write what happened in each run there, one file a case
        docs/guides/attacks.md says what the figures mean.
        """;

    public IReadOnlyList<string> Agents { get; private init; } = [];
    public IReadOnlyList<CaseKind> Kinds { get; private init; } = [CaseKind.Attack, CaseKind.Task];
    public string Prefix { get; private init; } = "";
    public string? Json { get; private init; }
    public string? Log { get; private init; }

    /// <summary>Null when the words make no sense.</summary>
    public static BenchOptions? Read(ReadOnlySpan<string> words)
    {
        var options = new BenchOptions();
        for (var i = 0; i < words.Length; i += 2)
        {
            if (i + 1 >= words.Length)
            {
                return null;
            }
            var value = words[i + 1];
            switch (words[i])
            {
                case "--agent":
                    options = options with { Agents = [.. options.Agents, Path.GetFullPath(value)] };
                    break;
                case "--only" when value is "attacks" or "tasks":
                    options = options with { Kinds = [value == "attacks" ? CaseKind.Attack : CaseKind.Task] };
                    break;
                case "--cases":
                    options = options with { Prefix = value };
                    break;
                case "--json":
                    options = options with { Json = Path.GetFullPath(value) };
                    break;
                case "--log":
                    options = options with { Log = Path.GetFullPath(value) };
                    break;
                default:
                    return null;
            }
        }
        return options.Agents.Count > 0 ? options : null;
    }
}
