namespace Pryx.Agent.Shell.Programs;

/// <summary>Archives: what is unpacked lands in a folder, under names that are written in the archive.</summary>
internal static class ArchivePrograms
{
    public static (string Name, Action<FactsBuilder> Reader)[] All { get; } =
    [
        ("tar", Tar), ("bsdtar", Tar), ("gtar", Tar), ("unzip", Unzip), ("zip", Zip), ("7z", SevenZip), ("7za", SevenZip), ("cpio", Unknown), ("ar", Unknown), ("unrar", Unknown),
        ("gzip", Compress), ("gunzip", Compress), ("bzip2", Compress), ("bunzip2", Compress), ("xz", Compress), ("unxz", Compress), ("zstd", Compress), ("unzstd", Compress), ("lz4", Compress),
    ];

    private static readonly string[] LongWithValue =
    [
        "file", "directory", "to-command", "checkpoint-action", "use-compress-program", "rsh-command", "rmt-command", "info-script", "new-volume-script", "exclude", "exclude-from", "files-from", "transform", "owner", "group",
        "mode", "mtime", "strip-components", "format", "listed-incremental", "index-file", "volno-file", "suffix", "warning", "sort",
    ];

    private static readonly string[] Running = ["--to-command", "--checkpoint-action", "--use-compress-program", "--rsh-command", "--rmt-command", "--info-script", "--new-volume-script", "-I", "-F"];

    private static void Tar(FactsBuilder facts)
    {
        var words = facts.Words;
        // "tar xzf a.tgz": the first word may be letters without a minus.
        var bundle = words.Count > 1 && words[1].IsLiteral && words[1].Text.Length > 0 && words[1].Text[0] != '-' && words[1].Text.All(char.IsAsciiLetter) ? words[1].Text : null;
        if (bundle is not null)
        {
            words = Spread(words, bundle);
        }
        var options = Wrappers.OptionScan.Read(words, 1, new Wrappers.OptionGrammar("", "fCIFTXbgHKLNV", "", null, LongWithValue) { IsLenient = true });
        if (options.Has(Running) || options.Rest.Any(word => word.Has(WordTraits.Splits)))
        {
            facts.Note($"may run another command through '{facts.Program}'");
            facts.RunsText = true;
        }
        var archives = options.Words("-f", "--file").ToList();
        var folders = options.Words("-C", "--directory").ToList();
        foreach (var archive in archives.Where(archive => archive.IsLiteral && HostText.IsRemote(archive.Text)))
        {
            facts.Host(archive);
        }
        if (options.Has("-x", "--extract", "--get"))
        {
            facts.Read(archives);
            facts.Write(folders.Count > 0 ? folders : [ShellWord.Literal(".")]);
            if (options.Has("-P", "--absolute-names"))
            {
                facts.WriteUnknown();
            }
        }
        else if (options.Has("-t", "--list", "-d", "--diff", "--compare"))
        {
            facts.Read(archives);
        }
        else
        {
            facts.Write(archives);
            facts.Read(folders);
            facts.Read(options.Rest);
            facts.Destroys |= options.Has("--remove-files");
        }
        facts.Read(options.Words("-T", "--files-from", "-X", "--exclude-from"));
    }

    /// <summary>"xzfC a b" becomes -x -z -f a -C b.</summary>
    private static List<ShellWord> Spread(IReadOnlyList<ShellWord> words, string bundle)
    {
        var spread = new List<ShellWord> { words[0] };
        var next = 2;
        foreach (var letter in bundle)
        {
            spread.Add(ShellWord.Literal($"-{letter}"));
            if ("fCIFTXbgHKLNV".Contains(letter, StringComparison.Ordinal) && next < words.Count)
            {
                spread.Add(words[next++]);
            }
        }
        spread.AddRange(words.Skip(next));
        return spread;
    }

    private static void Unzip(FactsBuilder facts)
    {
        var options = facts.Options("dPxO");
        facts.Read(options.Rest.Take(1));
        if (!options.Has("-l", "-t", "-v", "-p", "-Z", "-z"))
        {
            facts.Write(options.Words("-d").DefaultIfEmpty(ShellWord.Literal(".")));
        }
    }

    private static void Zip(FactsBuilder facts)
    {
        var options = facts.Options("bixntP", ["temp-path", "include", "exclude", "unzip-command", "password", "suffixes"]);
        if (options.Has("-T", "--test", "--unzip-command") || facts.Words.Any(word => word.Text.StartsWith("-TT", StringComparison.Ordinal)))
        {
            facts.Note("may run another command through 'zip'");
        }
        facts.Write(options.Rest.Take(1));
        facts.Read(options.Rest.Skip(1));
        facts.Destroys |= options.Has("-m", "--move");
    }

    private static void SevenZip(FactsBuilder facts)
    {
        facts.WriteHere();
        foreach (var word in facts.Words.Skip(2))
        {
            if (word.Text.StartsWith("-o", StringComparison.Ordinal) && word.Text.Length > 2)
            {
                facts.Write(FilePrograms.Behind(word, 2));
            }
            else if (!word.Text.StartsWith('-'))
            {
                facts.Write(word);
            }
        }
    }

    private static void Compress(FactsBuilder facts)
    {
        var options = facts.Options("SoFMTbp", ["suffix", "threads", "memlimit", "format", "output-dir-flat"]);
        if (options.Has("-c", "--stdout", "--to-stdout", "-l", "--list", "-t", "--test"))
        {
            facts.Read(options.Rest);
            return;
        }
        facts.Destroys |= !options.Has("-k", "--keep");
        facts.Write(options.Rest);
        facts.Write(options.Words("-o", "--output-dir-flat"));
    }

    private static void Unknown(FactsBuilder facts)
    {
        facts.WriteHere();
        facts.WriteUnknown();
    }
}
