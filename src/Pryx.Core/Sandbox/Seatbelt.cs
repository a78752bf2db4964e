using System.Text;

namespace Pryx.Core.Sandbox;

/// <summary>
/// macOS's sandbox-exec with a profile written for one command. UNTESTED: written from the profile language's descriptions, never run on
/// a Mac. Later rules win over earlier ones.
/// </summary>
internal static class Seatbelt
{
    private const string Program = "/usr/bin/sandbox-exec";

    public static SandboxedCommand Wrap(SandboxRequest request) =>
        new([Program, "-p", ProfileOf(request.Profile), "/usr/bin/env", "-i", .. request.Environment.Select(pair => $"{pair.Key}={pair.Value}"), .. request.Words],
            new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, []);

    internal static string ProfileOf(SandboxProfile profile)
    {
        var text = new StringBuilder(
            """
            (version 1)
            (allow default)
            (deny file-write*)
            (allow file-write* (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty") (subpath "/dev/fd"))

            """);
        foreach (var path in profile.Writable.Concat(profile.TemporaryFolder is { } own ? [own] : ["/private/tmp", "/private/var/folders"]))
        {
            text.Append("(allow file-write* (subpath ").Append(Quote(path)).Append("))\n");
        }
        foreach (var path in profile.Protected.Concat(profile.Forbidden))
        {
            text.Append("(deny file-write* (subpath ").Append(Quote(path)).Append("))\n");
        }
        foreach (var path in profile.Hidden)
        {
            text.Append("(deny file-read* file-write* (subpath ").Append(Quote(path)).Append("))\n");
        }
        foreach (var path in profile.Visible.Concat(profile.Writable))
        {
            if (profile.Hidden.Any(hidden => Mount.IsBelow(path, hidden)))
            {
                text.Append("(allow file-read* (subpath ").Append(Quote(path)).Append("))\n");
            }
        }
        if (profile.Network != NetworkAccess.Full)
        {
            text.Append("(deny network*)\n");
        }
        text.Append("(deny process-info* (target others))\n(deny signal (target others))\n(allow signal (target same-sandbox))\n");
        return text.ToString();
    }

    private static string Quote(string path) => "\"" + path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
