using Pryx.Agent.Shell.Wrappers;

namespace Pryx.Agent.Shell.Programs;

/// <summary>Which git commands are there to change git's configuration, which decides what git runs later, and where it lies.</summary>
internal static class GitSettings
{
    public static bool AreChangedBy(string subcommand, List<ShellWord> words)
    {
        var verb = words.Find(word => !word.Text.StartsWith('-'))?.Text;
        return subcommand switch
        {
            "config" => !IsRead(words),
            "remote" => verb is "add" or "remove" or "rm" or "rename" or "set-url" or "set-branches",
            "branch" => words.Exists(word => word.Text is "-m" or "-M" or "--move" or "-c" or "-C" or "--copy" or "-u" or "--unset-upstream" or "--edit-description"
                || word.Text.StartsWith("--set-upstream-to", StringComparison.Ordinal)),
            "sparse-checkout" => verb is "init" or "set" or "add" or "disable",
            _ => false,
        };
    }

    public static bool IsRead(List<ShellWord> words)
    {
        var operands = words.Count(word => !word.Text.StartsWith('-'));
        return words.Exists(word => word.Text is "--get" or "--get-all" or "--get-regexp" or "--get-urlmatch" or "--list" or "-l" or "list" or "get") || (operands <= 1 && words.Count == operands);
    }

    /// <param name="options">Of git itself.</param>
    public static ShellWord Of(List<ShellWord> words, OptionScan options)
    {
        for (var i = 0; i < words.Count; i++)
        {
            switch (words[i].Text)
            {
                case "--global":
                    return new ShellWord("~/.gitconfig", "~/.gitconfig", WordTraits.Tilde, "~/.gitconfig");
                case "--system":
                    return ShellWord.Literal("/etc/gitconfig");
                case "-f" or "--file" when i + 1 < words.Count:
                    return words[i + 1];
                case var text when text.StartsWith("--file=", StringComparison.Ordinal):
                    return FilePrograms.Behind(words[i], "--file=".Length);
            }
        }
        return options.Words("-C").LastOrDefault() is { } folder ? folder with { Text = $"{folder.Text}/.git/config" } : ShellWord.Literal(".git/config");
    }
}
