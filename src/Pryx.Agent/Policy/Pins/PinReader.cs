using System.Text.RegularExpressions;

namespace Pryx.Agent.Policy.Pins;

/// <summary>
/// Reads a constraint in English or German by a small vocabulary, always in the same way and without a model. What it can not be sure of it
/// does not read: the person is told so. Where it reads, it reads wide: a pin can only tighten.
/// </summary>
public static partial class PinReader
{
    private static readonly (PinKind Kind, Regex Words)[] Vocabulary =
    [
        (PinKind.Email, Email()), (PinKind.Push, Push()), (PinKind.Publish, Publish()), (PinKind.Delete, Delete()), (PinKind.Network, Network()), (PinKind.Write, Write()), (PinKind.Command, Commands()),
    ];

    /// <summary>Endings of file names that look like the end of a host name, or the other way round.</summary>
    private static readonly HashSet<string> TopLevel = new(StringComparer.OrdinalIgnoreCase)
    { "com", "org", "net", "io", "dev", "de", "ai", "app", "eu", "ch", "at", "uk", "cloud", "example", "internal", "local", "info", "me", "us", "fr", "nl" };

    public static PinReading Read(string text)
    {
        // "Never push, except to my fork": half of it would be another rule.
        if (Exception().IsMatch(text) || DecisionOf(text) is not { } decision)
        {
            return PinReading.None;
        }
        var targets = new List<PinTarget>();
        var rest = text;
        foreach (Match quoted in Quoted().Matches(text))
        {
            var inside = quoted.Groups.Cast<Group>().Skip(1).First(static group => group.Success).Value.Trim();
            if (inside.Length > 0)
            {
                targets.Add(Named(inside));
                rest = rest.Replace(quoted.Value, " ", StringComparison.Ordinal);
            }
        }
        foreach (Match token in Token().Matches(rest))
        {
            var word = token.Value.TrimEnd('.', ',', ';', ':', '!', '?', ')');
            if (IsPath(word) || IsHost(word) || IsTool(word))
            {
                targets.Add(Named(word));
                rest = rest.Replace(word, " ", StringComparison.Ordinal);
            }
        }
        foreach (Match program in Program().Matches(rest))
        {
            var name = program.Groups[1].Success ? program.Groups[1].Value : program.Groups[2].Value;
            if (!NoProgram().IsMatch(name))
            {
                targets.Add(new(PinKind.Program, name.ToLowerInvariant()));
            }
        }
        // With a path, a host or a program named, "change" and "use" only say what is to be done with it.
        var isNamed = targets.Count > 0;
        foreach (var (kind, words) in Vocabulary)
        {
            if (!(isNamed && kind is PinKind.Write or PinKind.Command) && words.IsMatch(rest))
            {
                targets.Add(new(kind));
            }
        }
        return targets.Count == 0 ? PinReading.None : new(decision, [.. targets.Distinct()]);
    }

    /// <summary>True for a sentence that says by itself that it is to last.</summary>
    public static bool IsLasting(string text) => Lasting().IsMatch(text);

    private static Decision? DecisionOf(string text) => Asks().IsMatch(text) ? Decision.Ask : Denies().IsMatch(text) ? Decision.Deny : null;

    private static PinTarget Named(string text) =>
        IsTool(text) ? new(PinKind.Tool, PolicyTools.Canonical(text))
        : IsHost(text) ? new(PinKind.Host, HostOf(text))
        : IsPath(text) ? new(PinKind.Path, text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text)
        : new(PinKind.Program, text);

    private static bool IsTool(string text) => ToolName().IsMatch(text);

    private static bool IsHost(string text) => text.Contains("://", StringComparison.Ordinal)
        || (HostName().IsMatch(text) && TopLevel.Contains(text[(text.LastIndexOf('.') + 1)..]));

    private static string HostOf(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0;
        var end = text.IndexOfAny(['/', '?', '#'], start);
        return (end < 0 ? text[start..] : text[start..end]).ToLowerInvariant();
    }

    private static bool IsPath(string text) => !text.Contains(' ', StringComparison.Ordinal)
        && (text.Contains('/', StringComparison.Ordinal) || text.Contains('*', StringComparison.Ordinal) || FileName().IsMatch(text)) && text.ToLowerInvariant() is not ("and/or" or "und/oder" or "/" or "*");

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    [GeneratedRegex(@"\b(ask|check with|confirm with|tell) me\b|\bask (first|before)\b|\bwithout (asking|my (ok|okay|permission|approval|consent|confirmation))|\bget my (ok|okay|approval|permission)|\b(frag\w*|erkundig\w*) (mich|vorher|erst|immer)|\bohne (mich )?(vorher |erst )?(zu fragen|gefragt|nachzufragen|meine?\w* (ok|erlaubnis|zustimmung|freigabe))|\brückfrage|\bnachfragen\b|\berst fragen\b", Options)]
    private static partial Regex Asks();

    [GeneratedRegex(@"\b(do not|don['’]?t|never|must not|may not|mustn['’]?t|stop|avoid|no (more )?\w+|not to|forbid\w*|hands off|stay away from|leave .* alone)\b|\b(nichts?|nie|niemals|keine?[nmrs]?|verbiete\w*|lass .* in ruhe|finger weg)\b", Options)]
    private static partial Regex Denies();

    [GeneratedRegex(@"\b(except|other than|apart from|but you may|but (it|that)['’]?s (ok|okay|fine)|unless it|unless the|außer|ausgenommen|es sei denn|nur wenn|only if|only when)\b", Options)]
    private static partial Regex Exception();

    [GeneratedRegex(@"\buntil (i|we) (say|tell|allow|approve)|\bfrom now on\b|\balways ask me\b|\bask me (first )?before\b|\bnever\b.*\bwithout (asking|my)\b|\bbis ich (es |das |dir |etwas )?(sage|erlaube|freigebe|anderes)|\bab (jetzt|sofort)\b|\bfrag\w* mich\b.*\b(vor|bevor)\b|\b(nie|niemals|nicht)\b.*\bohne (mich|meine)", Options)]
    private static partial Regex Lasting();

    [GeneratedRegex(@"\be-?mails?\b|\bmail(s|en|ing)?\b|\bsmtp\b", Options)]
    private static partial Regex Email();

    [GeneratedRegex(@"\b(git )?push(es|ing|en|e|st|t)?\b|\bgepusht\b", Options)]
    private static partial Regex Push();

    [GeneratedRegex(@"\bpublish\w*\b|\bdeploy\w*\b|\breleas(e|es|ing)\b|\bupload\w*\b|\bveröffentlich\w*\b|\bausroll\w*\b|\bausliefer\w*\b|\bhochlad\w*\b", Options)]
    private static partial Regex Publish();

    [GeneratedRegex(@"\bdelet(e|es|ing|ion)\b|\bremov(e|es|ing)\b|\berase\b|\brm\b|\blösch\w*\b|\bentfern\w*\b", Options)]
    private static partial Regex Delete();

    [GeneratedRegex(@"\bnetwork\b|\binternet\b|\bonline\b|\b(web|http) ?requests?\b|\bnetzwerk\w*\b|\bnetz\b|\bdownload\w*\b|\bherunterlad\w*\b", Options)]
    private static partial Regex Network();

    [GeneratedRegex(@"\b(edit|chang|modify|modifi|writ|touch|overwrit|creat)\w*\b.*\b(files?|code|anything)\b|\b(datei(en)?|code|etwas)\b.*\b(änder\w*|schreib\w*|bearbeit\w*|anfass\w*|überschreib\w*)|\b(änder|schreib|bearbeit|überschreib|fass)\w*\b.*\b(datei(en)?|code|etwas)\b", Options)]
    private static partial Regex Write();

    [GeneratedRegex(@"\b(shell|terminal)\b|\b(run|execut)\w*\b.*\b(commands?|anything|programs?|scripts?)\b|\b(befehle?|kommandos?|programme?|skripte?)\b", Options)]
    private static partial Regex Commands();

    [GeneratedRegex(@"\b(?:run|use|execute|call|start|invoke|benutz\w*|verwend\w*|nutz\w*|starte|rufe?|führe?)\s+([a-z][\w.+-]+)|\b([a-z][\w.+-]+)\s+(?:ausführ|laufen)\w*", Options)]
    private static partial Regex Program();

    [GeneratedRegex(@"^(any|anything|a|an|the|my|our|all|commands?|programs?|scripts?|shell|tools?|network|internet|it|this|that|these|those|http|web|e-?mails?|mails?|me|on|up|without|until|unless|before|with|and|or|to|for|in|at|den|die|das|der|dem|kein\w*|nicht|nie\w*|befehle?|kommandos?|programme?|skripte?|netz\w*|ohne|mich|es)$", Options)]
    private static partial Regex NoProgram();

    [GeneratedRegex("`([^`]+)`|\"([^\"]+)\"|“([^”]+)”|„([^“”]+)[“”]")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"[^\s`""“”„()]+")]
    private static partial Regex Token();

    [GeneratedRegex(@"^(mcp|filesystem|fs|shell|http|browser|web|memory|clipboard|screen)\.[a-z0-9_.*-]+$", Options)]
    private static partial Regex ToolName();

    [GeneratedRegex(@"^(\*\.)?([a-z0-9-]+\.)+[a-z]{2,}(:\d+)?$", Options)]
    private static partial Regex HostName();

    [GeneratedRegex(@"^[\w.-]*\.[a-z][a-z0-9]{0,9}$", Options)]
    private static partial Regex FileName();
}
