using Pryx.Core.Configuration;
using Pryx.Testing;

namespace Pryx.Tests;

/// <summary>A text beside the tests that shows what people see; PRYX_SNAPSHOT=1 writes it anew.</summary>
internal static class Snapshot
{
    /// <param name="file">Below the folder of these tests.</param>
    public static void Matches(string file, string now)
    {
        var path = Path.Combine(SourceTree.Root, "tests", "Pryx.Tests", file);
        if (EnvironmentSettings.Read("PRYX_SNAPSHOT") == "1")
        {
            File.WriteAllText(path, now);
        }
        var before = File.Exists(path) ? File.ReadAllText(path).Split('\n') : [];
        var lines = now.Split('\n');
        var differing = Enumerable.Range(0, Math.Max(before.Length, lines.Length)).FirstOrDefault(at => at >= before.Length || at >= lines.Length || before[at] != lines[at], -1);
        Assert.True(differing < 0, $"{file} is not what is shown, from line {differing + 1} on:\n- {string.Join("\n- ", before.Skip(differing).Take(5))}\n+ {string.Join("\n+ ", lines.Skip(differing).Take(5))}\nIf that is meant, run this test with PRYX_SNAPSHOT=1 and look at the difference.");
    }
}
