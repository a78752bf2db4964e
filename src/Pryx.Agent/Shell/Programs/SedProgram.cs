namespace Pryx.Agent.Shell.Programs;

/// <summary>sed can run commands (<c>e</c>) and write files (<c>w</c>): a script that may do so is not understood.</summary>
internal static class SedProgram
{
    public static void Read(FactsBuilder facts)
    {
        var options = facts.Options("efl", ["expression", "file", "line-length"], mayHaveValue: "i");
        var scripts = options.Words("-e", "--expression").ToList();
        var files = options.Words("-f", "--file").ToList();
        var rest = options.Rest;
        if (scripts.Count == 0 && files.Count == 0 && rest.Count > 0)
        {
            scripts.Add(rest[0]);
            rest = [.. rest.Skip(1)];
        }
        facts.Read(files);
        facts.Read(rest);
        if (options.Has("-i", "--in-place"))
        {
            facts.Write(rest);
        }
        facts.RunsText = files.Count > 0;
        if (!options.Has("--sandbox") && !scripts.TrueForAll(IsHarmless))
        {
            facts.RunsText = true;
            facts.Note("gives 'sed' a script that may run commands or write files");
        }
    }

    // Quoted variables may carry a line break and a command behind it; only their place in the text is certain.
    private static bool IsHarmless(ShellWord script)
    {
        if (script.IsUnknown)
        {
            return false;
        }
        foreach (var part in script.Text.Split(['\n']))
        {
            var at = 0;
            while (at < part.Length)
            {
                if (!ReadCommand(part, ref at))
                {
                    return false;
                }
            }
        }
        return true;
    }

    private static bool ReadCommand(string text, ref int at)
    {
        Skip(text, ref at, " \t;{}");
        if (at >= text.Length)
        {
            return true;
        }
        if (text[at] == '#')
        {
            at = text.Length;
            return true;
        }
        if (!ReadAddress(text, ref at))
        {
            return false;
        }
        Skip(text, ref at, " \t!{");
        if (at >= text.Length)
        {
            return true;
        }
        var command = text[at++];
        switch (command)
        {
            case 'p' or 'd' or 'q' or 'D' or 'P' or 'h' or 'H' or 'g' or 'G' or 'x' or 'n' or 'N' or 'l' or '=' or '}' or 'Q' or 'F' or 'z':
                Skip(text, ref at, " \t0123456789");
                return at >= text.Length || text[at] is ';' or '}';
            case 'a' or 'i' or 'c' or 'b' or 't' or 'T' or ':':
                at = text.Length;
                return !text.EndsWith('\\') || command is 'a' or 'i' or 'c';
            case 's' or 'y':
                return ReadSubstitution(text, ref at);
            default:
                return false;
        }
    }

    private static bool ReadAddress(string text, ref int at)
    {
        while (at < text.Length)
        {
            Skip(text, ref at, " \t0123456789$,+~");
            if (at >= text.Length || text[at] != '/')
            {
                return at >= text.Length || text[at] != '\\';
            }
            at++;
            if (!SkipTo(text, ref at, '/'))
            {
                return false;
            }
            Skip(text, ref at, "IM");
        }
        return true;
    }

    private static bool ReadSubstitution(string text, ref int at)
    {
        if (at >= text.Length || char.IsLetterOrDigit(text[at]) || text[at] is '\\' or ' ' or '[')
        {
            return false;
        }
        var mark = text[at++];
        if (!SkipTo(text, ref at, mark) || !SkipTo(text, ref at, mark))
        {
            return false;
        }
        Skip(text, ref at, "gpiIM0123456789");
        Skip(text, ref at, " \t");
        return at >= text.Length || text[at] is ';' or '}' or '#';
    }

    // A bracket may hide the mark from one sed and not from another.
    private static bool SkipTo(string text, ref int at, char mark)
    {
        var bracket = false;
        for (; at < text.Length; at++)
        {
            if (text[at] == '\\')
            {
                at++;
            }
            else if (text[at] == mark)
            {
                at++;
                return !bracket;
            }
            else if (text[at] == '[')
            {
                bracket = true;
            }
            else if (text[at] == ']')
            {
                bracket = false;
            }
        }
        return false;
    }

    private static void Skip(string text, ref int at, string characters)
    {
        while (at < text.Length && characters.Contains(text[at], StringComparison.Ordinal))
        {
            at++;
        }
    }
}
