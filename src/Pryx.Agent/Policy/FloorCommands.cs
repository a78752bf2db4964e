using System.Buffers;

namespace Pryx.Agent.Policy;

/// <summary>
/// Reads a simple command for what the floor must see: the paths it names and the few programs that are always asked.
/// A shell has more ways to name a file than this knows; the sandbox is what hides secrets from commands.
/// </summary>
internal sealed class FloorCommands(PolicyScope scope)
{
    private static readonly string[] AlwaysAsked = ["sudo", "doas", "su", "pkexec", "runuser", "fdisk", "parted", "wipefs", "shutdown", "reboot", "poweroff", "halt", "visudo", "crontab"];

    public IEnumerable<string> PathsIn(string command, string workspace)
    {
        // Most commands name no path at all; they cost one scan.
        if (command.AsSpan().IndexOfAny('/', '~', '.') < 0)
        {
            return [];
        }
        var paths = new List<string>();
        var words = new CommandWords(command);
        while (words.Next(out var word))
        {
            if (word.IndexOfAny('/', '~', '.') >= 0)
            {
                AddPaths(Unquote(word), workspace, paths);
            }
        }
        return paths;
    }

    /// <summary>Why a person must see this command in every mode, or null.</summary>
    public string? WhyGuarded(string command, string workspace)
    {
        var words = new CommandWords(command);
        if (!words.Next(out var first))
        {
            return null;
        }
        var program = CommandWords.ProgramName(first);
        if (Array.IndexOf(AlwaysAsked, program) >= 0 || program.StartsWith("mkfs", StringComparison.Ordinal))
        {
            return $"{program} goes beyond your own rights or changes the machine itself.";
        }
        if (program is "dd" && command.Contains("of=/dev/", StringComparison.Ordinal))
        {
            return "dd would write to a device.";
        }
        if (program is not "rm" || !IsRecursive(command))
        {
            return null;
        }
        while (words.Next(out var word))
        {
            var target = Resolve(Unquote(word).TrimEnd('*'), workspace);
            if (target is not null && (target == Path.GetPathRoot(target) || PathText.IsWithin(scope.Home, target, PathText.Comparison)))
            {
                return $"rm would delete {target} and everything below it.";
            }
        }
        return null;
    }

    private static bool IsRecursive(string command)
    {
        var words = new CommandWords(command);
        while (words.Next(out var word))
        {
            if (word is "--recursive" || (word.StartsWith("-") && !word.StartsWith("--") && word.IndexOfAny('r', 'R') > 0))
            {
                return true;
            }
        }
        return false;
    }

    // A path may stand behind an option (--file=/x), a marker (@/x), a redirection (</x) or in a list (a:/x).
    private void AddPaths(string word, string workspace, List<string> paths)
    {
        for (var start = 0; start < word.Length;)
        {
            if (Resolve(word[start..], workspace) is { } path)
            {
                paths.Add(path);
            }
            var mark = word.AsSpan(start).IndexOfAny(Marks);
            if (mark > 0 && Resolve(word.Substring(start, mark), workspace) is { } part)
            {
                paths.Add(part);
            }
            start = mark < 0 ? word.Length : start + mark + 1;
        }
        // -f/x: an option with its value attached.
        if (word.Length > 3 && word[0] == '-' && word[2] is '/' or '~' && Resolve(word[2..], workspace) is { } attached)
        {
            paths.Add(attached);
        }
    }

    private string? Resolve(string text, string workspace)
    {
        foreach (var home in (ReadOnlySpan<string>)["~", "$HOME", "${HOME}"])
        {
            if (text.StartsWith(home, StringComparison.Ordinal) && (text.Length == home.Length || text[home.Length] == '/'))
            {
                text = scope.Home + text[home.Length..];
                break;
            }
        }
        if (text.Length == 0 || text.Contains('\0') || text.Contains("://", StringComparison.Ordinal))
        {
            return text.StartsWith("file://", StringComparison.OrdinalIgnoreCase) ? Resolve(text[7..], workspace) : null;
        }
        return Path.IsPathFullyQualified(text) ? Path.GetFullPath(text)
            : Path.IsPathFullyQualified(workspace) ? Path.GetFullPath(text, workspace)
            : null;
    }

    private static readonly SearchValues<char> Marks = SearchValues.Create("=@:,<>");

    private static string Unquote(ReadOnlySpan<char> word) => word.IndexOfAny('\'', '"', '\\') < 0
        ? word.ToString()
        : word.ToString().Replace("'", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal).Replace("\\", "", StringComparison.Ordinal);
}
