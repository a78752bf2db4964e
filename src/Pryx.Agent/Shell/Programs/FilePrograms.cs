namespace Pryx.Agent.Shell.Programs;

/// <summary>Programs that copy, move, remove and create files.</summary>
internal static class FilePrograms
{
    public static (string Name, Action<FactsBuilder> Reader)[] All { get; } =
    [
        ("rm", Remove), ("rmdir", Remove), ("unlink", Remove), ("shred", facts => RemoveWith(facts, "ns")), ("trash", Remove),
        ("mv", facts => Transfer(facts, "tS", takesSource: true)), ("cp", facts => Transfer(facts, "tS", takesSource: false)), ("install", Install), ("ln", Link),
        ("mkdir", facts => facts.Write(facts.Options("m", ["mode"]).Rest)), ("mkfifo", facts => facts.Write(facts.Options("m", ["mode"]).Rest)), ("mknod", facts => facts.Write(facts.Options("m", ["mode"]).Rest.Take(1))),
        ("touch", facts => facts.Write(facts.Options("drt", ["date", "reference"]).Rest)), ("mktemp", Temporary), ("truncate", Truncate),
        ("chmod", facts => facts.Write(facts.Options("", ["reference"]).Rest.Skip(1))), ("chown", facts => facts.Write(facts.Options("", ["reference", "from"]).Rest.Skip(1))), ("chgrp", facts => facts.Write(facts.Options("", ["reference"]).Rest.Skip(1))),
        ("dd", Dd), ("tee", facts => facts.Write(facts.Options("").Rest)), ("split", Split), ("csplit", _ => _.WriteHere()), ("find", Find), ("fd", SearchFolders), ("fdfind", SearchFolders), ("patch", Patch),
        ("rename", facts => facts.Write(facts.Options("").Rest.Skip(1))), ("setfacl", facts => facts.Write(facts.Options("mxMX").Rest)), ("chattr", facts => facts.Write(facts.Options("vp").Rest.Skip(1))),
    ];

    private static void Remove(FactsBuilder facts) => RemoveWith(facts, "");

    private static void RemoveWith(FactsBuilder facts, string values)
    {
        facts.Destroys = true;
        facts.Write(facts.Options(values).Rest);
    }

    private static void Transfer(FactsBuilder facts, string values, bool takesSource)
    {
        var options = facts.Options(values, ["target-directory", "suffix"]);
        var target = options.Words("-t", "--target-directory").LastOrDefault() ?? (options.Rest.Count > 0 ? options.Rest[^1] : null);
        var sources = options.Has("-t", "--target-directory") ? options.Rest : options.Rest.SkipLast(1);
        facts.Destroys |= takesSource;
        foreach (var source in sources)
        {
            if (takesSource)
            {
                facts.Write(source);
            }
            else
            {
                facts.Read(source);
            }
        }
        if (target is not null)
        {
            facts.Write(target);
        }
    }

    private static void Install(FactsBuilder facts)
    {
        var options = facts.Options("gmotS", ["group", "mode", "owner", "target-directory", "suffix", "strip-program"]);
        if (options.Has("--strip-program"))
        {
            facts.Note("runs another command through 'install'");
        }
        if (options.Has("-d", "--directory"))
        {
            facts.Write(options.Rest);
            return;
        }
        facts.Read(options.Rest.SkipLast(options.Has("-t", "--target-directory") ? 0 : 1));
        facts.Write(options.Words("-t", "--target-directory").LastOrDefault() ?? (options.Rest.Count > 0 ? options.Rest[^1] : ShellWord.Literal(".")));
    }

    // A link gives its target a second name: writing through it later is writing there.
    private static void Link(FactsBuilder facts)
    {
        var options = facts.Options("tS", ["target-directory", "suffix"]);
        var isInto = options.Has("-t", "--target-directory");
        facts.Read(options.Rest.Count > 1 && !isInto ? options.Rest.SkipLast(1) : options.Rest);
        facts.Write(options.Words("-t", "--target-directory").LastOrDefault() ?? (options.Rest.Count > 1 ? options.Rest[^1] : ShellWord.Literal(".")));
    }

    private static void Temporary(FactsBuilder facts)
    {
        var options = facts.Options("p", ["tmpdir", "suffix"]);
        facts.Write(options.Words("-p", "--tmpdir").Append(options.Rest.Count > 0 ? options.Rest[^1] : ShellWord.Literal("/tmp")).Take(1));
    }

    private static void Truncate(FactsBuilder facts)
    {
        facts.Destroys = true;
        facts.Write(facts.Options("rs", ["reference", "size"]).Rest);
    }

    private static void Dd(FactsBuilder facts)
    {
        foreach (var word in facts.Words.Skip(1))
        {
            if (word.Text.StartsWith("of=", StringComparison.Ordinal))
            {
                facts.Destroys = true;
                facts.Write(Behind(word, 3));
            }
            else if (word.Text.StartsWith("if=", StringComparison.Ordinal))
            {
                facts.Read(Behind(word, 3));
            }
            else if (word.IsUnknown)
            {
                facts.WriteUnknown();
            }
        }
    }

    private static void Split(FactsBuilder facts)
    {
        var options = facts.Options("abCln", ["suffix-length", "bytes", "line-bytes", "lines", "number", "filter", "additional-suffix"]);
        if (options.Has("--filter"))
        {
            facts.Note("runs another command through 'split --filter'");
        }
        facts.Read(options.Rest.Take(1));
        facts.Write(options.Rest.Skip(1).DefaultIfEmpty(ShellWord.Literal(".")));
    }

    private static void Find(FactsBuilder facts)
    {
        var roots = facts.Words.Skip(1).SkipWhile(word => word.Text is "-H" or "-L" or "-P").TakeWhile(word => !(word.Text.StartsWith('-') || word.Text is "(" or "!")).DefaultIfEmpty(ShellWord.Literal(".")).ToList();
        facts.Read(roots);
        for (var i = 1; i < facts.Words.Count; i++)
        {
            switch (facts.Words[i].Text)
            {
                case "-delete":
                    facts.Destroys = true;
                    facts.Write(roots);
                    break;
                case "-fprint" or "-fprint0" or "-fls" or "-fprintf" when i + 1 < facts.Words.Count:
                    facts.Write(facts.Words[i + 1]);
                    break;
                case "-files0-from" when i + 1 < facts.Words.Count:
                    facts.Read(facts.Words[i + 1]);
                    facts.WriteUnknown();
                    break;
            }
        }
    }

    private static void SearchFolders(FactsBuilder facts) => facts.Read(facts.Options("detEcjS", ["max-depth", "extension", "type", "exclude", "color", "threads"]).Rest.Skip(1).DefaultIfEmpty(ShellWord.Literal(".")));

    // What a patch changes is written in it.
    private static void Patch(FactsBuilder facts)
    {
        var options = facts.Options("dipFoBrVYzD", ["directory", "input", "strip", "output", "reject-file", "get"]);
        facts.Read(options.Words("-i", "--input"));
        facts.Write(options.Words("-o", "--output", "-r", "--reject-file", "-d", "--directory"));
        facts.Write(options.Rest);
        facts.WriteHere();
        facts.WriteUnknown();
    }

    internal static ShellWord Behind(ShellWord word, int start) => word with { Text = word.Text[start..], Raw = word.Raw.Length > start ? word.Raw[start..] : "", Traits = word.Traits & ~WordTraits.Tilde };
}
