using System.Collections.Frozen;
using Pryx.Agent.Shell.Wrappers;

namespace Pryx.Agent.Shell.Programs;

/// <summary>git runs what its configuration, its aliases and some of its options say; only subcommands that are known here are what they seem.</summary>
internal static class GitProgram
{
    private static readonly OptionGrammar Global = new(
        "pPhv", "Cc", LongFlags: ["no-pager", "paginate", "bare", "no-replace-objects", "literal-pathspecs", "no-optional-locks", "version", "help", "no-advice"], LongWithValue: []);

    private static readonly FrozenSet<string> Known = FrozenSet.ToFrozenSet(
    [
        "add", "am", "annotate", "apply", "archive", "blame", "branch", "bundle", "cat-file", "check-attr", "check-ignore", "checkout", "cherry", "cherry-pick", "clean", "clone", "commit", "config", "count-objects", "describe", "diff", "diff-tree",
        "difftool", "diff-files", "diff-index", "fetch", "for-each-ref", "format-patch", "fsck", "gc", "grep", "hash-object", "help", "init", "log", "ls-files", "ls-remote", "ls-tree", "merge", "merge-base", "mergetool", "mv", "name-rev", "notes", "pull",
        "push", "range-diff", "rebase", "reflog", "remote", "repack", "reset", "restore", "rev-list", "rev-parse", "revert", "rm", "shortlog", "show", "show-branch", "show-ref", "sparse-checkout", "stash", "status", "submodule", "switch", "symbolic-ref", "tag",
        "update-index", "update-ref", "version", "whatchanged", "worktree", "write-tree", "bisect", "prune", "maintenance", "lfs", "var", "interpret-trailers", "stripspace", "commit-tree", "mktree", "read-tree", "verify-commit", "verify-tag", "replace",
    ], StringComparer.Ordinal);

    // -c key=value: what changes looks and identity, and nothing that runs.
    private static readonly string[] HarmlessKeys = ["user.", "color.", "advice.", "author.", "committer.", "init.defaultbranch", "core.quotepath", "core.autocrlf", "core.safecrlf", "core.filemode", "core.longpaths", "commit.gpgsign=false", "tag.gpgsign=false", "log.showsignature=false", "pull.rebase", "pull.ff", "merge.conflictstyle", "diff.renames", "diff.algorithm", "fetch.prune", "push.default", "gc.auto", "http.lowspeed", "core.pager=cat", "core.pager=", "core.editor=true", "core.editor=:", "safe.directory"];

    public static void Read(FactsBuilder facts)
    {
        var options = OptionScan.Read(facts.Words, 1, Global);
        if (options.Trouble is not null)
        {
            facts.Note($"runs 'git', which {options.Trouble}");
            return;
        }
        foreach (var setting in options.Values("-c"))
        {
            if (!IsHarmless(setting))
            {
                facts.Note("gives 'git' a setting that may run another command");
            }
        }
        if (options.Operands >= facts.Words.Count)
        {
            return;
        }
        var word = facts.Words[options.Operands];
        if (!word.IsLiteral || !Known.Contains(word.Text))
        {
            facts.Note("runs a 'git' subcommand that is not known and may be an alias");
            return;
        }
        facts.Subcommand = word.Text;
        var isElsewhere = options.Has("-C");
        if (isElsewhere)
        {
            facts.WriteUnknown();
            facts.Write(options.Words("-C"));
        }
        List<ShellWord> words = [.. facts.Words.Skip(options.Operands + 1)];
        Look(facts, words, isElsewhere);
        if (GitSettings.AreChangedBy(facts.Subcommand, words))
        {
            // A sandbox keeps them as they are: said here, it is asked rather than found out by its failing.
            facts.Write(GitSettings.Of(words, options));
        }
    }

    private static bool IsHarmless(string setting)
    {
        foreach (var key in HarmlessKeys)
        {
            // A key that ends in a dot or has its value is compared by its beginning, and whole.
            if (key.EndsWith('.') ? setting.StartsWith(key, StringComparison.OrdinalIgnoreCase) && !setting.Contains("cmd", StringComparison.OrdinalIgnoreCase)
                : key.Contains('=', StringComparison.Ordinal) ? string.Equals(setting, key, StringComparison.OrdinalIgnoreCase)
                : setting.StartsWith(key + "=", StringComparison.OrdinalIgnoreCase) || string.Equals(setting, key, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }

    private static void Look(FactsBuilder facts, List<ShellWord> words, bool isElsewhere)
    {
        var operands = words.Where(word => !word.Text.StartsWith('-')).ToList();
        foreach (var word in words)
        {
            var text = word.Text;
            if (IsRunning(facts.Subcommand!, text))
            {
                facts.Note($"may run another command through 'git {facts.Subcommand}'");
                facts.RunsText = true;
            }
            if (text.StartsWith("--output=", StringComparison.Ordinal))
            {
                facts.Write(FilePrograms.Behind(word, "--output=".Length));
            }
        }
        switch (facts.Subcommand)
        {
            case "config":
                Config(facts, words, operands);
                break;
            case "clone":
                Remote(facts, operands.Take(1));
                facts.Write(operands.Count > 1 && !isElsewhere ? operands[^1] : ShellWord.Literal("."));
                break;
            case "fetch" or "pull" or "ls-remote" or "push":
                facts.NeedsNetwork = true;
                facts.Publishes = facts.Subcommand == "push";
                Remote(facts, operands.Take(1));
                break;
            case "submodule":
                facts.NeedsNetwork = operands.Exists(word => word.Text is "update" or "add" or "init");
                if (operands.Exists(word => word.Text == "foreach"))
                {
                    facts.Note("runs another command through 'git submodule foreach'");
                }
                break;
            case "remote":
                // Its address is written down; only some of its forms go there.
                facts.NeedsNetwork = operands.Exists(word => word.Text is "update" or "show" or "prune");
                if (words.Exists(word => word.Text is "-f" or "--fetch"))
                {
                    Remote(facts, operands.Skip(2));
                }
                break;
            case "lfs":
                facts.NeedsNetwork = true;
                facts.Publishes = operands.Exists(word => word.Text == "push");
                break;
            case "worktree" when operands.Count > 1:
                facts.Write(operands[1]);
                break;
            case "init":
                facts.Write(operands.DefaultIfEmpty(ShellWord.Literal(".")));
                break;
            case "rm" or "mv" or "restore" or "checkout" or "reset" or "clean" or "stash" or "switch":
                facts.Destroys = facts.Subcommand is "clean" or "rm" or "restore"
                    || (facts.Subcommand is "checkout" && words.Exists(word => word.Text is "--" or "-f" or "--force" or "."))
                    || (facts.Subcommand is "reset" && words.Exists(word => word.Text == "--hard"))
                    || (facts.Subcommand is "stash" && operands.Exists(word => word.Text is "drop" or "clear"))
                    || words.Exists(word => word.Text is "--discard-changes");
                if (!isElsewhere)
                {
                    facts.WriteHere();
                }
                break;
            case "branch" or "tag":
                facts.Destroys = words.Exists(word => word.Text is "-D" or "-d" or "--delete");
                break;
            case "reflog" or "gc" or "prune":
                facts.Destroys = words.Exists(word => word.Text is "expire" or "delete" || word.Text.StartsWith("--prune", StringComparison.Ordinal));
                break;
            case "bisect" when operands.Exists(word => word.Text == "run"):
                facts.Note("runs another command through 'git bisect'");
                break;
        }
    }

    private static bool IsRunning(string subcommand, string option) =>
        option.StartsWith("--upload-p", StringComparison.Ordinal) || option.StartsWith("--receive-p", StringComparison.Ordinal) || option.StartsWith("--ext-d", StringComparison.Ordinal) || option.StartsWith("--textconv", StringComparison.Ordinal)
        || option.StartsWith("ext::", StringComparison.Ordinal) || option.StartsWith("--open-files-in-pager", StringComparison.Ordinal) || option.StartsWith("--extcmd", StringComparison.Ordinal) || option.StartsWith("--exec", StringComparison.Ordinal)
        || subcommand switch
        {
            "rebase" => option.StartsWith("-x", StringComparison.Ordinal),
            "grep" => option.StartsWith("-O", StringComparison.Ordinal),
            "difftool" => option.StartsWith("-x", StringComparison.Ordinal),
            "clone" => option.StartsWith("-c", StringComparison.Ordinal) || option.StartsWith("-u", StringComparison.Ordinal) || option.StartsWith("--config", StringComparison.Ordinal) || option.StartsWith("--template", StringComparison.Ordinal),
            "init" => option.StartsWith("--template", StringComparison.Ordinal),
            _ => false,
        };

    // Reading a setting is harmless, and so is setting who commits.
    private static void Config(FactsBuilder facts, List<ShellWord> words, List<ShellWord> operands)
    {
        var isRead = GitSettings.IsRead(words);
        var setting = operands.Count > 0 ? operands[0].Text : "";
        if (words.Exists(word => word.Text is "--global" or "--system" or "-f" or "--file" or "--worktree" || word.Text.StartsWith("--file=", StringComparison.Ordinal)) && !isRead)
        {
            facts.Note("changes the settings of 'git' for other folders");
        }
        else if (!isRead && !(operands.Count == 2 && operands[0].IsLiteral && setting is "user.name" or "user.email" or "pull.rebase" or "init.defaultBranch" or "core.autocrlf" or "color.ui"))
        {
            facts.Note("changes what 'git' runs later");
        }
    }

    private static void Remote(FactsBuilder facts, IEnumerable<ShellWord> words)
    {
        foreach (var word in words)
        {
            if (HostText.IsRemote(word.Text))
            {
                facts.Host(word);
            }
            else if (word.Text.AsSpan().IndexOfAny('/', '.') >= 0 && facts.Subcommand is "clone")
            {
                facts.Read(word);
            }
        }
    }
}
