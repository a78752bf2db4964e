namespace Pryx.Agent.Shell.Programs;

/// <summary>awk can run commands (<c>system</c>, pipes) and write files.</summary>
internal static class AwkProgram
{
    public static void Read(FactsBuilder facts)
    {
        var options = facts.Options("fFvileE", ["file", "field-separator", "assign", "include", "load", "source", "exec"]);
        var hasFile = options.Has("-f", "--file", "-i", "--include", "-l", "--load", "-E", "--exec", "-e", "--source");
        var program = hasFile ? null : options.Rest.Count > 0 ? options.Rest[0] : null;
        facts.Read(options.Words("-f", "--file", "-E", "--exec"));
        facts.Read(options.Rest.Skip(hasFile ? 0 : 1).Where(word => !word.Text.Contains('=', StringComparison.Ordinal)));
        facts.RunsText = true;
        if (program is null ? hasFile : program.IsUnknown || IsHarmful(program.Text))
        {
            facts.Note($"gives '{facts.Program}' a program that may run commands or write files");
        }
        if (options.Has("-i", "--include"))
        {
            facts.Write(options.Rest.Skip(1));
        }
    }

    private static bool IsHarmful(string program)
    {
        if (program.Contains("system", StringComparison.Ordinal) || program.Contains("getline", StringComparison.Ordinal) || program.Contains('@', StringComparison.Ordinal))
        {
            return true;
        }
        // ">" compares where it is not in a print; "|" alone is always a pipe. Inside text or a pattern both may stand too: then it is asked for nothing.
        var isPrinting = program.Contains("print", StringComparison.Ordinal);
        for (var i = 0; i < program.Length; i++)
        {
            if (program[i] == '|' && (i + 1 >= program.Length || program[i + 1] != '|') && (i == 0 || program[i - 1] != '|'))
            {
                return true;
            }
            if (program[i] == '>' && isPrinting && (i + 1 >= program.Length || program[i + 1] != '='))
            {
                return true;
            }
        }
        return false;
    }
}
