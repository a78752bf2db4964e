using System.Collections.Frozen;

namespace Pryx.Agent.Shell.Programs;

/// <summary>Programs whose words are understood well enough to say what they read, write or reach.</summary>
internal static class ProgramTable
{
    private static readonly FrozenDictionary<string, Action<FactsBuilder>> Programs = new[]
    {
        FilePrograms.All, TextPrograms.All, ArchivePrograms.All, TransferPrograms.All, PackagePrograms.All, Interpreters.All, SystemPrograms.All,
        [("git", GitProgram.Read), ("sed", SedProgram.Read), ("gsed", SedProgram.Read), ("awk", AwkProgram.Read), ("gawk", AwkProgram.Read), ("mawk", AwkProgram.Read), ("nawk", AwkProgram.Read)],
    }.SelectMany(all => all).ToFrozenDictionary(entry => entry.Name, entry => entry.Reader, StringComparer.Ordinal);

    public static Action<FactsBuilder>? Find(string program) => Programs.GetValueOrDefault(program)
        ?? (Interpreters.IsVersioned(program) ? Interpreters.Read : null);
}
