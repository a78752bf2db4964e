using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pryx.Core.Skills;

/// <summary>What a skill asks for and what was found in its files, before anything of it is copied.</summary>
/// <param name="Hosts">Named in its files.</param>
/// <param name="Scripts">Files that can be run, relative.</param>
/// <param name="Fingerprint">SHA-256 over names and contents of all its files, hexadecimal.</param>
public sealed record SkillReport(Skill Skill, IReadOnlyList<SkillFinding> Findings, IReadOnlyList<string> Hosts, IReadOnlyList<string> Scripts, IReadOnlyList<string> Files, string Fingerprint)
{
    public bool IsDangerous => Findings.Any(static finding => finding.Level == FindingLevel.Danger);
}

/// <summary>Reads all files of a skill for what a person should see first. It proves nothing good: it shows what is easily seen.</summary>
public static class SkillScan
{
    private const int MaxFile = 1024 * 1024;
    private const int MaxFindings = 100;
    private const int MaxLine = 20_000;
    private static readonly string[] ScriptEndings = [".sh", ".bash", ".zsh", ".py", ".js", ".mjs", ".cjs", ".ts", ".rb", ".pl", ".ps1", ".bat", ".cmd", ".php", ".lua", ".go", ".applescript"];
    private static readonly string[] AllTools = ["*", "all", "bash", "shell", "bash(*)", "bash(*:*)", "bash(:*)", "shell_exec", "execute"];

    /// <exception cref="IOException">A file can not be read.</exception>
    public static SkillReport Of(Skill skill)
    {
        var findings = new List<SkillFinding>();
        var hosts = new SortedSet<string>(StringComparer.Ordinal);
        var scripts = new List<string>();
        string[] files = [Path.GetFileName(skill.File), .. SkillUse.Files(skill)];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            var path = Path.Combine(skill.Folder, file);
            var bytes = File.ReadAllBytes(path);
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{file}\0{bytes.Length}\0")));
            hash.AppendData(bytes);
            var isScript = IsScript(path, bytes);
            if (isScript)
            {
                scripts.Add(file);
            }
            if (bytes.AsSpan(0, Math.Min(bytes.Length, 8192)).Contains((byte)0))
            {
                findings.Add(new(isScript || bytes.AsSpan().StartsWith("\u007fELF"u8) || bytes.AsSpan().StartsWith("MZ"u8) ? FindingLevel.Danger : FindingLevel.Warn, "binary", file, 0, "a file that can not be read here"));
            }
            else if (bytes.Length > MaxFile)
            {
                findings.Add(new(FindingLevel.Warn, "large", file, 0, $"a file of {bytes.Length / 1024:N0} KB, too large to look at"));
            }
            else
            {
                OfText(file, Encoding.UTF8.GetString(bytes), isScript, findings, hosts);
            }
        }
        OfHead(skill, findings);
        return new(
            skill, [.. findings.Distinct().OrderByDescending(static finding => finding.Level).ThenBy(static finding => finding.File, StringComparer.Ordinal).ThenBy(static finding => finding.Line).Take(MaxFindings)],
            [.. hosts.Take(50)], scripts, files, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static void OfHead(Skill skill, List<SkillFinding> findings)
    {
        var file = Path.GetFileName(skill.File);
        if (skill.AllowedTools.FirstOrDefault(static tool => AllTools.Contains(tool.ToLowerInvariant())) is { } all)
        {
            findings.Add(new(FindingLevel.Warn, "all-tools", file, 0, $"it wants every tool or command ({all}); Pryx grants none of that, you are asked as always"));
        }
        foreach (var installer in skill.Installers)
        {
            if (installer.Kind == "download" && installer.Url?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) != true)
            {
                findings.Add(new(FindingLevel.Danger, "installer", file, 0, $"its installer {installer.Id} downloads without TLS, and is not run"));
            }
            else if (installer.Kind == "download" && installer.Sha256 is not { Length: 64 })
            {
                findings.Add(new(FindingLevel.Warn, "installer", file, 0, $"its installer {installer.Id} downloads something without a checksum, and is not run"));
            }
        }
    }

    private static void OfText(string file, string text, bool isScript, List<SkillFinding> findings, SortedSet<string> hosts)
    {
        OfHidden(file, text, findings);
        OfComments(file, text, findings);
        var visible = HiddenText.Visible(text);
        // Word by word over line ends, too: a sentence may be broken anywhere.
        var lines = visible.Split('\n');
        var (touchesSecrets, sends) = (0, false);
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Length > MaxLine ? lines[i][..MaxLine] : lines[i];
            foreach (System.Text.RegularExpressions.Match host in ScanRules.Host().Matches(line))
            {
                hosts.Add(host.Groups[1].Value.ToLowerInvariant());
            }
            var window = i + 1 < lines.Length && lines[i + 1].Length is > 0 and < 400 ? $"{line} {lines[i + 1].TrimStart()}" : line;
            foreach (var rule in ScanRules.All.Where(rule => isScript || rule.InText))
            {
                var match = rule.Pattern.Match(line);
                if (!match.Success && rule.Pattern.Match(window) is { Success: true } both && both.Index < line.Length && both.Index + both.Length > line.Length)
                {
                    match = both;
                }
                if (!match.Success || (isScript && rule is { Name: "secret-place", InText: true }))
                {
                    continue;
                }
                findings.Add(new(rule.Level, rule.Name, file, i + 1, rule.Message, HiddenText.Line(line.Trim(), 160)));
                touchesSecrets = rule.Name == "secret-place" && touchesSecrets == 0 ? i + 1 : touchesSecrets;
                sends |= rule.Name is "network-post" or "drop-host";
            }
        }
        if (touchesSecrets > 0 && sends)
        {
            findings.Add(new(FindingLevel.Danger, "exfiltration", file, touchesSecrets, "it reaches for keys or passwords, and sends data over the network"));
        }
    }

    private static void OfHidden(string file, string text, List<SkillFinding> findings)
    {
        var (line, count, first) = (1, 0, 0);
        var isText = false;
        for (var at = text.StartsWith('\uFEFF') ? 1 : 0; at < text.Length;)
        {
            line += text[at] == '\n' ? 1 : 0;
            if (HiddenText.IsHidden(text, at, out var length) && text[at] is not '\f')
            {
                first = count++ == 0 ? line : first;
                // Tags and direction marks say something; a stray joiner may be an accident of copying.
                isText |= length == 2 || text[at] is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
            }
            at += length;
        }
        if (count > 0)
        {
            findings.Add(new(isText || count > 5 ? FindingLevel.Danger : FindingLevel.Warn, "hidden-text", file, first, $"{count} characters that a person does not see; they are taken out before the model reads it"));
        }
    }

    private static void OfComments(string file, string text, List<SkillFinding> findings)
    {
        for (var at = text.IndexOf("<!--", StringComparison.Ordinal); at >= 0; at = text.IndexOf("<!--", at + 4, StringComparison.Ordinal))
        {
            var end = text.IndexOf("-->", at, StringComparison.Ordinal);
            var comment = text[(at + 4)..(end < 0 ? text.Length : end)];
            var flat = HiddenText.Line(comment, 4000);
            var isOrder = ScanRules.All.Any(rule => rule.Level == FindingLevel.Danger && rule.Pattern.IsMatch(flat));
            findings.Add(new(isOrder ? FindingLevel.Danger : FindingLevel.Info, "comment", file, text.AsSpan(0, at).Count('\n') + 1, "a comment that is not seen when the file is shown; it is taken out before the model reads it", HiddenText.Line(flat, 160)));
        }
    }

    private static bool IsScript(string path, byte[] bytes) =>
        bytes.AsSpan().StartsWith("#!"u8) || ScriptEndings.Contains(Path.GetExtension(path).ToLowerInvariant())
        || (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0);
}
