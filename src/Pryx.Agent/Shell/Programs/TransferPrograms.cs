namespace Pryx.Agent.Shell.Programs;

/// <summary>Programs whose purpose is another machine.</summary>
internal static class TransferPrograms
{
    public static (string Name, Action<FactsBuilder> Reader)[] All { get; } =
    [
        ("curl", Curl), ("wget", Wget), ("ssh", Ssh), ("mosh", Ssh), ("scp", Copy), ("sftp", Copy), ("rsync", Rsync), ("telnet", Connect), ("nc", Connect), ("ncat", Connect), ("netcat", Connect), ("socat", Socat), ("ftp", Connect),
        ("ping", Connect), ("dig", Connect), ("nslookup", Connect), ("host", Connect), ("whois", Connect), ("traceroute", Connect), ("nmap", Connect), ("openssl", Openssl), ("http", Connect), ("https", Connect), ("aria2c", Download), ("mail", Mail), ("sendmail", Mail), ("mutt", Mail),
        ("gh", Forge), ("glab", Forge), ("aws", Cloud), ("gcloud", Cloud), ("az", Cloud), ("kubectl", Cloud), ("helm", Cloud), ("terraform", Cloud), ("heroku", Cloud), ("vercel", Cloud), ("netlify", Cloud), ("fly", Cloud),
    ];

    private static readonly string[] CurlValues =
    [
        "data", "data-raw", "data-binary", "data-urlencode", "data-ascii", "form", "form-string", "json", "upload-file", "request", "header", "output", "output-dir", "user", "user-agent", "referer", "cookie", "cookie-jar", "proxy", "preproxy",
        "config", "connect-to", "resolve", "max-time", "connect-timeout", "retry", "retry-delay", "retry-max-time", "cacert", "cert", "key", "dump-header", "trace", "trace-ascii", "stderr", "write-out", "interface", "limit-rate", "range", "url", "unix-socket",
        "netrc-file", "socks5", "socks5-hostname", "dns-servers", "doh-url", "engine", "libcurl", "etag-save", "etag-compare", "hsts", "alt-svc", "time-cond", "quote", "max-redirs", "ciphers", "proto", "abstract-unix-socket", "oauth2-bearer", "aws-sigv4", "get-flag",
    ];

    private static void Curl(FactsBuilder facts)
    {
        facts.NeedsNetwork = true;
        var options = facts.Options("dFTXHoueAbcxKmDwEYyzrtQPC", CurlValues);
        foreach (var word in options.Rest.Concat(options.Words("--url")).Concat(options.Words("-x", "--proxy", "--preproxy", "--socks5", "--socks5-hostname", "--doh-url")))
        {
            facts.Host(word);
        }
        foreach (var (from, to) in options.Values("--connect-to", "--resolve").Select(value => value.Split(':')).Where(parts => parts.Length > 2).Select(parts => (parts[0], parts[2])))
        {
            facts.Host(to.Length > 0 ? to : from);
        }
        facts.Write(options.Words("-o", "--output", "--output-dir", "-c", "--cookie-jar", "-D", "--dump-header", "--trace", "--trace-ascii", "--stderr", "--libcurl", "--etag-save", "--hsts", "--alt-svc"));
        facts.Read(options.Words("-T", "--upload-file", "-K", "--config", "--netrc-file", "-E", "--cert", "--key", "--cacert"));
        if (options.Has("-O", "--remote-name", "--remote-name-all", "-J"))
        {
            facts.Write(options.Words("--output-dir").DefaultIfEmpty(ShellWord.Literal(".")));
        }
        foreach (var sent in options.Words("-d", "--data", "--data-binary", "--data-ascii", "--data-urlencode", "--json", "-F", "--form").Where(word => word.Text.Contains('@', StringComparison.Ordinal) || (word.Text.Contains('<', StringComparison.Ordinal) && options.Has("-F", "--form"))))
        {
            var mark = sent.Text.AsSpan().IndexOfAny('@', '<');
            var file = sent.Text[(mark + 1)..].Split(';')[0];
            facts.Read(sent.IsLiteral && file.Length > 0 ? ShellWord.Literal(file) : sent);
        }
        facts.Publishes = options.Has("-d", "--data", "--data-raw", "--data-binary", "--data-urlencode", "--data-ascii", "-F", "--form", "--form-string", "--json", "-T", "--upload-file")
            || options.Values("-X", "--request").Any(method => method is not ("GET" or "HEAD" or "OPTIONS"));
        if (options.Has("-K", "--config"))
        {
            facts.WriteUnknown();
        }
    }

    private static void Wget(FactsBuilder facts)
    {
        var options = facts.Options("OPoaiUAReTtQlBDIX", ["output-document", "directory-prefix", "output-file", "append-output", "input-file", "user-agent", "execute", "post-data", "post-file", "body-data", "body-file", "method", "header", "use-askpass", "load-cookies", "save-cookies", "tries", "timeout", "level", "base", "domains", "config", "ca-certificate"]);
        foreach (var word in options.Rest)
        {
            facts.Host(word);
        }
        facts.NeedsNetwork = true;
        facts.Write(options.Words("-O", "--output-document", "-P", "--directory-prefix", "-o", "--output-file", "-a", "--append-output", "--save-cookies"));
        if (!options.Has("-O", "--output-document", "-P", "--directory-prefix", "--spider"))
        {
            facts.WriteHere();
        }
        facts.Read(options.Words("-i", "--input-file", "--post-file", "--body-file", "--load-cookies", "--config"));
        facts.Publishes = options.Has("--post-data", "--post-file", "--body-data", "--body-file") || options.Values("--method").Any(method => method is not ("GET" or "HEAD"));
        if (options.Has("-e", "--execute", "--use-askpass"))
        {
            facts.Note("gives 'wget' something to run");
        }
    }

    private static void Ssh(FactsBuilder facts)
    {
        var options = Wrappers.OptionScan.Read(facts.Words, 1, new Wrappers.OptionGrammar("1246AaCfGgKkMNnqsTtVvXxYy", "BbcDEeFIiJLlmOopQRSWw"));
        facts.NeedsNetwork = true;
        facts.RunsText = true;
        if (options.Trouble is not null || options.Has("-o", "-F", "-S", "-I", "-E"))
        {
            facts.Note($"gives '{facts.Program}' options that can run a command here");
        }
        if (options.Operands < facts.Words.Count)
        {
            facts.Host(facts.Words[options.Operands]);
        }
        foreach (var jump in options.Words("-J"))
        {
            facts.Host(jump);
        }
    }

    private static void Copy(FactsBuilder facts)
    {
        var options = facts.Options("cDFiJloPSX");
        facts.NeedsNetwork = true;
        if (options.Has("-o", "-S", "-F", "-D"))
        {
            facts.Note($"gives '{facts.Program}' options that can run a command here");
        }
        Ends(facts, options.Rest);
    }

    private static void Rsync(FactsBuilder facts)
    {
        var options = facts.Options("efBMT@", ["rsh", "rsync-path", "exclude", "include", "exclude-from", "include-from", "files-from", "filter", "backup-dir", "temp-dir", "partial-dir", "compare-dest", "copy-dest", "link-dest", "password-file", "log-file", "out-format", "bwlimit", "port", "max-size", "min-size", "suffix", "chmod", "chown", "write-batch"]);
        if (options.Has("-e", "--rsh", "--rsync-path", "-M", "--daemon", "--config") || options.Rest.Any(word => word.Text.StartsWith("rsync://", StringComparison.Ordinal) && word.Has(WordTraits.Splits)))
        {
            facts.Note("may run another command through 'rsync'");
            facts.RunsText = true;
        }
        facts.Destroys |= facts.Words.Any(word => word.Text.StartsWith("--delete", StringComparison.Ordinal) || word.Text == "--remove-source-files");
        facts.Write(options.Words("--backup-dir", "--temp-dir", "--partial-dir", "--log-file", "--write-batch"));
        facts.Read(options.Words("--exclude-from", "--include-from", "--files-from", "--password-file"));
        Ends(facts, options.Rest);
    }

    // Everything is read but the last, which is written.
    private static void Ends(FactsBuilder facts, IReadOnlyList<ShellWord> ends)
    {
        for (var i = 0; i < ends.Count; i++)
        {
            if (HostText.IsRemote(ends[i].Text))
            {
                facts.Host(ends[i]);
                facts.Publishes |= i == ends.Count - 1;
            }
            else if (i == ends.Count - 1)
            {
                facts.Write(ends[i]);
            }
            else
            {
                facts.Read(ends[i]);
            }
        }
    }

    private static void Connect(FactsBuilder facts)
    {
        facts.NeedsNetwork = true;
        var options = facts.Options("wpsciIWqoOTV", ["exec", "sh-exec", "lua-exec"]);
        if (facts.Program is "nc" or "ncat" or "netcat" && options.Has("-e", "-c", "--exec", "--sh-exec", "--lua-exec"))
        {
            facts.Note($"may run another command through '{facts.Program}'");
        }
        if (options.Rest.Count > 0)
        {
            facts.Host(options.Rest[0]);
        }
        facts.Publishes = facts.Program is "nc" or "ncat" or "netcat";
    }

    private static void Socat(FactsBuilder facts)
    {
        facts.NeedsNetwork = true;
        facts.Note("connects two addresses with 'socat', which may be commands");
    }

    private static void Openssl(FactsBuilder facts)
    {
        facts.Subcommand = facts.Words.Count > 1 && facts.Words[1].IsLiteral ? facts.Words[1].Text : null;
        var options = facts.Options("");
        if (facts.Subcommand is "s_client" or "s_server" or "s_time")
        {
            facts.NeedsNetwork = true;
        }
        for (var i = 2; i + 1 < facts.Words.Count; i++)
        {
            switch (facts.Words[i].Text)
            {
                case "-out" or "-keyout" or "-writerand":
                    facts.Write(facts.Words[i + 1]);
                    break;
                case "-in" or "-inkey" or "-CAfile":
                    facts.Read(facts.Words[i + 1]);
                    break;
                case "-connect":
                    facts.Host(facts.Words[i + 1]);
                    break;
                case "-engine" or "-provider-path" or "-config":
                    facts.Note("loads code into 'openssl'");
                    break;
            }
        }
    }

    private static void Download(FactsBuilder facts)
    {
        facts.NeedsNetwork = true;
        var options = facts.Options("dois", ["dir", "out", "input-file", "on-download-complete", "on-download-start"]);
        facts.Write(options.Words("-d", "--dir").DefaultIfEmpty(ShellWord.Literal(".")));
        facts.Write(options.Words("-o", "--out"));
        foreach (var word in options.Rest)
        {
            facts.Host(word);
        }
        if (facts.Words.Any(word => word.Text.StartsWith("--on-", StringComparison.Ordinal)))
        {
            facts.Note("may run another command through 'aria2c'");
        }
    }

    private static void Mail(FactsBuilder facts)
    {
        facts.NeedsNetwork = true;
        facts.Publishes = true;
    }

    private static void Forge(FactsBuilder facts)
    {
        facts.NeedsNetwork = true;
        facts.Subcommand = facts.Words.Count > 1 && facts.Words[1].IsLiteral ? facts.Words[1].Text : null;
        var verb = facts.Words.Count > 2 ? facts.Words[2].Text : "";
        facts.Host(facts.Program == "gh" ? "api.github.com" : "gitlab.com");
        facts.Publishes = facts.Subcommand is "api" or null || verb is not ("list" or "view" or "status" or "diff" or "checks" or "checkout" or "clone" or "download" or "watch" or "");
        if (facts.Subcommand is "extension" or "alias")
        {
            facts.Note($"changes what '{facts.Program}' runs later");
        }
    }

    private static void Cloud(FactsBuilder facts)
    {
        facts.NeedsNetwork = true;
        facts.Subcommand = facts.Words.Count > 1 && facts.Words[1].IsLiteral && !facts.Words[1].Text.StartsWith('-') ? facts.Words[1].Text : null;
        facts.Publishes = !facts.Words.Skip(1).Any(word => word.Text is "get" or "list" or "describe" or "logs" or "show" or "plan" or "validate" or "fmt" or "status" or "version" or "template" or "lint" or "ls" || word.Text.StartsWith("describe-", StringComparison.Ordinal) || word.Text.StartsWith("list-", StringComparison.Ordinal) || word.Text.StartsWith("get-", StringComparison.Ordinal));
        facts.Destroys = facts.Words.Any(word => word.Text is "delete" or "destroy" or "rm" or "uninstall" || word.Text.StartsWith("delete-", StringComparison.Ordinal));
    }
}
