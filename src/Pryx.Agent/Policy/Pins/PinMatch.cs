using Pryx.Agent.Tools;

namespace Pryx.Agent.Policy.Pins;

/// <summary>Whether a call may be what a pin is about. It need not be certain: a pin only tightens.</summary>
internal static class PinMatch
{
    private static readonly HashSet<string> Mailers = new(StringComparer.Ordinal)
    { "mail", "mailx", "sendmail", "mutt", "neomutt", "msmtp", "ssmtp", "swaks", "s-nail", "himalaya", "exim", "mailsend", "mpack", "aerc", "alpine" };

    private static readonly HashSet<string> Deleters = new(StringComparer.Ordinal) { "rm", "rmdir", "unlink", "shred", "srm", "trash", "trash-put", "truncate", "del", "erase", "remove-item", "dd", "mkfs", "wipe" };

    private static readonly HashSet<string> Deployers = new(StringComparer.Ordinal) { "twine", "vercel", "netlify", "fly", "flyctl", "wrangler", "firebase", "heroku", "serverless", "sls", "cdk", "pulumi", "ansible-playbook", "cap" };

    private static readonly HashSet<string> Connecting = new(StringComparer.Ordinal)
    { "curl", "wget", "ssh", "scp", "sftp", "rsync", "nc", "ncat", "netcat", "socat", "telnet", "ftp", "ping", "dig", "nslookup", "host", "aria2c", "http", "https", "xh", "gh", "aws", "gcloud", "az", "kubectl", "npm", "pnpm", "yarn", "pip", "uv", "apt", "apt-get", "brew", "gem", "cargo", "docker", "podman" };

    private static readonly HashSet<string> PublishWords = new(StringComparer.OrdinalIgnoreCase) { "publish", "deploy", "release", "upload", "deployment" };
    private static readonly HashSet<string> PublishPairs = new(StringComparer.Ordinal)
    { "docker push", "podman push", "gem push", "nuget push", "dotnet push", "terraform apply", "tofu apply", "kubectl apply", "kubectl create", "kubectl rollout", "helm install", "helm upgrade", "gh release" };

    private static readonly HashSet<string> DeleteWords = new(StringComparer.OrdinalIgnoreCase) { "rm", "delete", "destroy", "--delete", "-delete", "prune", "uninstall", "remove", "clean", "drop" };
    private static readonly HashSet<string> NetworkVerbs = new(StringComparer.Ordinal) { "push", "pull", "fetch", "clone", "ls-remote", "remote" };

    public static bool May(PinTarget target, PolicyRequest request, ToolAccess? access, string home) => target.Kind switch
    {
        PinKind.Tool => IsTool(target.Value!, request.Tool),
        PinKind.Write => access is { Kind: AccessKind.Write },
        PinKind.Command => access is { Kind: AccessKind.Execute },
        PinKind.Path => IsAt(target.Value!, request, access, home),
        PinKind.Host => IsHost(target.Value!, request, access),
        PinKind.Program => access is { Kind: AccessKind.Execute } && Runs(target.Value!, access.Target, request.Plan.Unclear is not null),
        PinKind.Network => access is { Kind: AccessKind.Network } || IsNamed(request.Tool, "browser.", "web.", "http.") || (access is { Kind: AccessKind.Execute } && Connects(Words(access.Target))),
        PinKind.Email => IsNamed(request.Tool, "mail", "smtp") || (access is { Kind: AccessKind.Network } && IsMailHost(access.Target)) || (access is { Kind: AccessKind.Execute } && OfCommand(access.Target, request, IsMail)),
        PinKind.Push => IsNamed(request.Tool, "push") || (access is { Kind: AccessKind.Execute } && OfCommand(access.Target, request, IsPush)),
        PinKind.Publish => IsNamed(request.Tool, "publish", "deploy", "release", "upload") || (access is { Kind: AccessKind.Execute } && OfCommand(access.Target, request, IsPublish)),
        PinKind.Delete => IsNamed(request.Tool, "delete", "remove", "drop") || access is { Kind: AccessKind.Network, Method: "DELETE" } || (access is { Kind: AccessKind.Execute } && OfCommand(access.Target, request, IsDelete)),
        _ => true,
    };

    private static bool OfCommand(string command, PolicyRequest request, Func<List<string>, bool> isSo)
    {
        if (isSo(Words(command)))
        {
            return true;
        }
        // What could not be taken apart may hide it anywhere.
        if (request.Plan.Unclear is null)
        {
            return false;
        }
        var all = command.Split([' ', '\t', '\n', '\r', ';', '|', '&', '(', ')', '$', '`', '"', '\'', '<', '>', '{', '}'], StringSplitOptions.RemoveEmptyEntries);
        return Enumerable.Range(0, all.Length).Any(i => isSo([CommandWords.ProgramName(all[i]), .. all.Skip(i + 1)]));
    }

    private static bool IsMail(List<string> words) => words.Count > 0 && (Mailers.Contains(words[0]) || words.Exists(static word => word.StartsWith("smtp://", StringComparison.OrdinalIgnoreCase) || word.StartsWith("smtps://", StringComparison.OrdinalIgnoreCase)) || (words[0] == "git" && words.Contains("send-email")));

    private static bool IsPush(List<string> words) => words.Count > 1 && words[0] switch
    {
        "git" => SubcommandOf(words) is "push" or "send-pack" or "http-push" || (SubcommandOf(words) is "subtree" or "lfs" or "svn" or "p4" && words.Exists(static word => word is "push" or "dcommit" or "submit")),
        "hg" or "jj" or "svn" or "bzr" or "docker" or "podman" or "gem" or "dotnet" or "nuget" => words.Skip(1).Where(static word => !word.StartsWith('-')).Take(3).Any(static word => word is "push"),
        _ => false,
    };

    // The first word that is no option, and no value of one.
    private static string? SubcommandOf(List<string> words)
    {
        for (var i = 1; i < words.Count; i++)
        {
            if (words[i] is "-C" or "-c" or "--git-dir" or "--work-tree" or "--namespace" or "--exec-path")
            {
                i++;
            }
            else if (!words[i].StartsWith('-'))
            {
                return words[i];
            }
        }
        return null;
    }

    private static bool IsPublish(List<string> words) => words.Count > 0
        && (Deployers.Contains(words[0]) || words.Skip(1).Any(PublishWords.Contains) || words.Skip(1).Any(word => PublishPairs.Contains($"{words[0]} {word}")) || words[0] is "release" or "deploy");

    private static bool IsDelete(List<string> words) => words.Count > 0
        && (Deleters.Contains(words[0]) || (words[0] is "git" or "docker" or "podman" or "kubectl" or "gh" or "aws" or "gcloud" or "az" or "find" or "rsync" or "terraform" or "tofu" or "helm" or "npm" or "redis-cli" && words.Skip(1).Any(DeleteWords.Contains)));

    private static bool Connects(List<string> words) => words.Count > 0
        && (Connecting.Contains(words[0]) || (words[0] == "git" && words.Skip(1).Any(NetworkVerbs.Contains)) || words.Exists(static word => word.Contains("://", StringComparison.Ordinal)));

    private static bool IsMailHost(string host) => host.StartsWith("smtp.", StringComparison.OrdinalIgnoreCase) || host.StartsWith("mail.", StringComparison.OrdinalIgnoreCase)
        || host.Contains("sendgrid", StringComparison.OrdinalIgnoreCase) || host.Contains("mailgun", StringComparison.OrdinalIgnoreCase) || host.Contains("postmarkapp", StringComparison.OrdinalIgnoreCase)
        || host.Contains("resend.com", StringComparison.OrdinalIgnoreCase) || host.StartsWith("email.", StringComparison.OrdinalIgnoreCase) || host.StartsWith("gmail.", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(":25", StringComparison.Ordinal) || host.EndsWith(":465", StringComparison.Ordinal) || host.EndsWith(":587", StringComparison.Ordinal);

    private static bool IsTool(string pattern, string tool)
    {
        var name = PolicyTools.Canonical(pattern);
        return name.EndsWith('*') ? tool.StartsWith(name[..^1], StringComparison.Ordinal) : tool == name;
    }

    private static bool IsNamed(string tool, params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
        {
            if (tool.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsHost(string host, PolicyRequest request, ToolAccess? access)
    {
        var bare = host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host;
        if (access is { Kind: AccessKind.Network })
        {
            var name = access.Target.TrimEnd('.');
            var plain = bare.Contains(':', StringComparison.Ordinal) ? name : name.Split(':')[0];
            return plain.Equals(bare, StringComparison.OrdinalIgnoreCase) || plain.EndsWith("." + bare, StringComparison.OrdinalIgnoreCase);
        }
        return (access is { Kind: AccessKind.Execute } && access.Target.Contains(bare, StringComparison.OrdinalIgnoreCase))
            || (access is null && request.Arguments is { } arguments && arguments.GetRawText().Contains(bare, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsAt(string path, PolicyRequest request, ToolAccess? access, string home)
    {
        var bare = path.TrimEnd('/', '*');
        return access switch
        {
            { Kind: AccessKind.Write } => Covers(path, access.Target, request, home) || Covers(bare.Length == 0 ? path : bare + "/", access.Target, request, home)
                || (!path.Contains('/', StringComparison.Ordinal) && (Covers("**/" + path, access.Target, request, home) || Covers($"**/{path}/**", access.Target, request, home))),
            // A command that names it may change it.
            { Kind: AccessKind.Execute } => bare.Length > 1 && access.Target.Contains(bare, StringComparison.OrdinalIgnoreCase),
            _ => false,
        };
    }

    private static bool Covers(string pattern, string target, PolicyRequest request, string home) => PathPattern.Parse(pattern, out _) is { } parsed && parsed.Covers(target, request.Workspace, home);

    private static bool Runs(string wanted, string command, bool isUnclear)
    {
        var want = wanted.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var words = Words(command);
        var program = CommandWords.ProgramName(want[0]);
        if (words.Count > 0 && words[0] == program && want.Skip(1).All(word => words.Contains(word)))
        {
            return true;
        }
        return isUnclear && command.Contains(want[0], StringComparison.OrdinalIgnoreCase);
    }

    // The program by its plain name first, assignments before it left out, quotes off.
    private static List<string> Words(string command)
    {
        var words = new List<string>();
        var reader = new CommandWords(command);
        while (reader.Next(out var word))
        {
            var text = word.ToString().Replace("\"", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal).Replace("\\", "", StringComparison.Ordinal);
            if (words.Count == 0 && text.Contains('=', StringComparison.Ordinal) && text.IndexOf('/', StringComparison.Ordinal) is var slash && (slash < 0 || slash > text.IndexOf('=', StringComparison.Ordinal)))
            {
                continue;
            }
            words.Add(words.Count == 0 ? CommandWords.ProgramName(word) : text);
        }
        return words;
    }
}
