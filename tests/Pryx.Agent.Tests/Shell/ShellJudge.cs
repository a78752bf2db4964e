using Pryx.Agent.Shell;

namespace Pryx.Agent.Tests.Shell;

/// <summary>Compares what was seen with what the parser said; it knows nothing of shells.</summary>
internal static class ShellJudge
{
    /// <summary>The program, and where all words are certain, every one of them.</summary>
    public static bool Foresees(ShellCommand command, string[] ran)
    {
        if (command.Words.Count == 0 || command.Program != ran[0])
        {
            return false;
        }
        return command.Words.Skip(1).Any(word => !word.IsLiteral) || command.Words.Skip(1).Select(word => word.Text).SequenceEqual(ran.Skip(1));
    }

    public static bool Foresees(ShellScript script, string file)
    {
        var written = Path.GetFullPath(file, "/work");
        return script.Commands.Any(command => command.Facts.HasUnknownPaths || command.Facts.Writes.Any(path =>
            path.StartsWith('~') || Path.GetFullPath(path, "/work") is var foreseen && (foreseen == written || written.StartsWith(foreseen.TrimEnd('/') + "/", StringComparison.Ordinal))));
    }
}
