namespace Pryx.Agent.Shell.Programs;

/// <summary>Programs that read files and print what they find.</summary>
internal static class TextPrograms
{
    public static (string Name, Action<FactsBuilder> Reader)[] All { get; } =
    [
        .. Readers("", "cat", "tac", "rev", "wc", "nl", "md5sum", "sha1sum", "sha256sum", "sha512sum", "b2sum", "cksum", "sum", "stat", "file", "du", "ls", "dir", "vdir", "tree", "zcat", "strings", "readlink", "realpath", "expand", "unexpand", "fmt", "fold", "pr", "paste", "comm", "cmp", "look", "bat", "eza", "exa"),
        .. Readers("nc", "head", "tail"), .. Readers("bcdf", "cut"), .. Readers("jNtAw", "od", "hexdump", "xxd"), .. Readers("12tjeoav", "join"), .. Readers("w", "base64", "base32"),
        ("grep", Grep), ("egrep", Grep), ("fgrep", Grep), ("zgrep", Grep), ("rg", Search), ("ag", Search), ("ack", Search), ("diff", Diff), ("sort", Sort), ("uniq", Uniq), ("jq", Jq), ("yq", Jq),
        ("less", Pager), ("more", Pager), ("man", Pager), ("iconv", facts => Output(facts, "fto", ["from-code", "to-code", "output"])), ("tsort", facts => facts.Read(facts.Options("").Rest)), ("shuf", facts => Output(facts, "einor", ["input-range", "head-count", "output", "random-source"])),
    ];

    private static IEnumerable<(string, Action<FactsBuilder>)> Readers(string withValue, params string[] names) =>
        names.Select(name => (name, (Action<FactsBuilder>)(facts => facts.Read(facts.Options(withValue, ["lines", "bytes", "format", "files0-from"]).Rest))));

    private static void Grep(FactsBuilder facts)
    {
        var options = facts.Options("efmABCDd", ["regexp", "file", "include", "exclude", "exclude-dir", "exclude-from", "max-count", "context", "after-context", "before-context", "label"]);
        facts.Read(options.Words("-f", "--file"));
        facts.Read(options.Rest.Skip(options.Has("-e", "-f", "--regexp", "--file") ? 0 : 1));
    }

    private static void Search(FactsBuilder facts)
    {
        var options = facts.Options("efgtTmABCjMrdE", ["regexp", "file", "glob", "iglob", "type", "type-not", "max-count", "context", "after-context", "before-context", "pre", "pre-glob", "replace", "max-depth", "sort", "hostname-bin", "pager"]);
        if (options.Has("--pre", "--hostname-bin", "--pager"))
        {
            facts.Note($"runs another command through '{facts.Program}'");
        }
        facts.Read(options.Rest.Skip(options.Has("-e", "-f", "--regexp", "--file", "--files") ? 0 : 1));
    }

    private static void Diff(FactsBuilder facts)
    {
        var options = facts.Options("FILSUWXxD", ["label", "ignore-matching-lines", "exclude", "exclude-from", "starting-file", "width"]);
        facts.Read(options.Rest);
    }

    private static void Sort(FactsBuilder facts)
    {
        var options = facts.Options("koStT", ["key", "output", "buffer-size", "field-separator", "temporary-directory", "compress-program", "files0-from", "parallel", "batch-size"]);
        if (options.Has("--compress-program"))
        {
            facts.Note("runs another command through 'sort --compress-program'");
        }
        facts.Read(options.Rest);
        facts.Write(options.Words("-o", "--output", "-T", "--temporary-directory"));
    }

    private static void Uniq(FactsBuilder facts)
    {
        var rest = facts.Options("fsw", ["skip-fields", "skip-chars", "check-chars"]).Rest;
        facts.Read(rest.Take(1));
        facts.Write(rest.Skip(1));
    }

    private static void Jq(FactsBuilder facts)
    {
        var options = facts.Options("fL", ["from-file", "indent"]);
        if (options.Has("--inplace") || (facts.Program == "yq" && options.Has("-i")))
        {
            facts.Write(options.Rest.Skip(1));
        }
        facts.Read(options.Words("-f", "--from-file"));
        facts.Read(options.Rest.Skip(options.Has("-f", "--from-file") ? 0 : 1).TakeWhile(word => !word.Text.StartsWith("--", StringComparison.Ordinal)));
    }

    // A pager that writes to no terminal only copies; with its options it can do more.
    private static void Pager(FactsBuilder facts)
    {
        var options = facts.Options("bhjkoOpPtTxyzD", ["log-file", "lesskey-file", "pager", "html"]);
        if (options.Has("-k", "--lesskey-file", "-o", "-O", "--log-file", "-P", "--pager", "-H", "--html") || facts.Words.Any(word => word.Text.StartsWith('+')))
        {
            facts.Note($"gives '{facts.Program}' something to run or write");
        }
        if (facts.Program != "man")
        {
            facts.Read(options.Rest);
        }
    }

    private static void Output(FactsBuilder facts, string withValue, string[] longWithValue)
    {
        var options = facts.Options(withValue, longWithValue);
        facts.Read(options.Rest);
        facts.Write(options.Words("-o", "--output"));
    }
}
