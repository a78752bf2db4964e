using Pryx.Agent.Tools;
using Pryx.Protocol.Errors;

namespace Pryx.Agent.Policy;

/// <summary>
/// Which accesses a rule speaks of: <c>tool</c> or <c>tool:pattern</c>. The tool may end in a star (<c>filesystem.*</c>, <c>mcp.github.*</c>);
/// the pattern is read by what is accessed: words of a command, a path glob, or a host, for <c>http.request</c> also with methods before it.
/// <c>network:host</c> is a host for whatever connects to it, <c>registries</c> a name for many hosts, <c>network</c> every host.
/// </summary>
public sealed class ToolRule
{
    /// <summary>Work inside the workspace: our file tools edit its files, and commands run in its sandbox without network, where there is one.</summary>
    public const string Folder = "folder";

    private readonly string _tool;
    private readonly bool _isToolOpen;
    private readonly bool _hasPattern;
    private readonly CommandPattern? _command;
    private readonly PathPattern? _path;
    private readonly HostPattern? _host;

    private ToolRule(string text, string tool, bool isToolOpen, bool hasPattern, CommandPattern? command, PathPattern? path, HostPattern? host) =>
        (Text, _tool, _isToolOpen, _hasPattern, _command, _path, _host) = (text, tool, isToolOpen, hasPattern, command, path, host);

    /// <summary>In canonical spelling.</summary>
    public string Text { get; }

    public bool IsFolder => Text == Folder;

    /// <summary>Every host; a person must have written it.</summary>
    public bool IsWholeNetwork => Text == PolicyTools.Network;

    /// <summary>What a <c>network:</c> or a named rule opens, as <c>HostPattern</c> or a name; null for every other rule.</summary>
    public string? NetworkHost => _tool != PolicyTools.Network ? null : _named is not null ? Text : _hasPattern ? Text[(Text.IndexOf(':', StringComparison.Ordinal) + 1)..] : null;

    /// <summary>True when it reaches paths that it does not spell out.</summary>
    internal bool IsPathGlob => _path is { IsExact: false };

    private IReadOnlyList<HostPattern>? _named { get; init; }
    private string[]? _methods { get; init; }

    /// <exception cref="PryxException">RULE_INVALID, naming what to write instead.</exception>
    public static ToolRule Parse(string text)
    {
        var trimmed = text.Trim();
        if (string.Equals(trimmed, Folder, StringComparison.OrdinalIgnoreCase))
        {
            return new(Folder, Folder, false, false, null, null, null);
        }
        if (TryNamed(trimmed) is { } named)
        {
            return named;
        }
        var colon = trimmed.IndexOf(':', StringComparison.Ordinal);
        var name = PolicyTools.Canonical(colon < 0 ? trimmed : trimmed[..colon]);
        var pattern = colon < 0 ? null : trimmed[(colon + 1)..].Trim();
        var isOpen = name.EndsWith('*');
        var tool = isOpen ? name[..^1] : name;
        if ((tool.Length == 0 && !isOpen) || tool.AsSpan().IndexOfAnyExcept(ToolCharacters) >= 0)
        {
            throw Invalid(trimmed, "it does not begin with a tool's name", "Write a tool, or a tool and a pattern: 'shell.exec:dotnet test*', 'filesystem.write:src/**', 'http.request:api.example.org', 'mcp.github.*', 'folder'.");
        }
        if (isOpen && tool.Length > 0 && PolicyTools.ProcessStart.StartsWith(tool, StringComparison.Ordinal))
        {
            // It would leave out the one that matters.
            throw Invalid(trimmed, "starting a process is judged as the command it is", "Write it for commands, which means both: 'shell.exec:npm run dev*'.");
        }
        if (pattern is null)
        {
            return new(name, tool, isOpen, false, null, null, null);
        }
        if (pattern.Length == 0)
        {
            throw Invalid(trimmed, "there is nothing behind the colon", $"Leave the colon out to mean every use of {name}, or write a pattern.");
        }
        var command = CommandPattern.Parse(pattern);
        var path = PathPattern.Parse(pattern, out var pathError);
        var methods = tool == PolicyTools.Http ? MethodsOf(ref pattern) : null;
        var host = HostPattern.Parse(pattern, out var hostError);
        var error = tool switch
        {
            PolicyTools.Shell => command is null && pattern != "*" ? "there is no command in it" : null,
            PolicyTools.Http or PolicyTools.Network => hostError,
            _ when PolicyTools.IsFileTool(tool) => pathError,
            _ => null,
        };
        return error is null
            ? new($"{name}:{(methods is null ? "" : string.Join(',', methods) + ' ')}{pattern}", tool, isOpen, true, command, path, host) { _methods = methods }
            : throw Invalid(trimmed, error, null);
    }

    // "network:registries" is said, too.
    private static ToolRule? TryNamed(string text)
    {
        var name = text.ToLowerInvariant();
        name = name.StartsWith("network:", StringComparison.Ordinal) ? name[8..].Trim() : name;
        return NamedHosts.Find(name) is { } hosts
            ? new(name, PolicyTools.Network, false, true, null, null, null) { _named = [.. hosts.Select(static host => HostPattern.Parse(host, out _)!)] }
            : null;
    }

    // "GET,HEAD api.example.org"
    private static string[]? MethodsOf(ref string pattern)
    {
        var space = pattern.IndexOf(' ', StringComparison.Ordinal);
        if (space <= 0 || pattern.AsSpan(0, space).IndexOfAnyExcept(MethodCharacters) >= 0)
        {
            return null;
        }
        var methods = pattern[..space].Split(',', StringSplitOptions.RemoveEmptyEntries);
        pattern = pattern[space..].Trim();
        return methods;
    }

    /// <summary>Like <see cref="Parse"/>, and refuses what would hand over everything.</summary>
    /// <exception cref="PryxException">RULE_INVALID, or RULE_TOO_WIDE.</exception>
    public static ToolRule ParseGrant(string text)
    {
        var rule = Parse(text);
        var reachesShell = rule.MatchesTool(PolicyTools.Shell);
        if (reachesShell && (!rule._hasPattern || rule._command is null))
        {
            throw TooWide(rule.Text, "it would allow every command");
        }
        // A star over all tools with a path or host behind it is an accident waiting for the next tool.
        if (rule._isToolOpen && !rule._tool.Contains('.', StringComparison.Ordinal))
        {
            throw TooWide(rule.Text, "it would reach every tool");
        }
        return (reachesShell ? rule._command!.WhyTooWide() : null) is { } why ? throw TooWide(rule.Text, why) : rule;
    }

    /// <summary>True when the text may be offered as "session" or "always": everything else would be refused when it is taken.</summary>
    public static bool IsGrantable(string? text)
    {
        try
        {
            return text is not null && ParseGrant(text) is not null;
        }
        catch (PryxException)
        {
            return false;
        }
    }

    /// <summary>True when this rule is certain to mean the access; what can not be understood is not covered.</summary>
    /// <param name="access">Null for a call that says it touches nothing: only a rule without a pattern covers that.</param>
    public bool Covers(PolicyRequest request, ToolAccess? access, string home)
    {
        if (IsFolder)
        {
            return access switch
            {
                { Kind: AccessKind.Write, IsInsideWorkspace: true } => (PolicyTools.IsFileTool(request.Tool) || IsSandboxed(request))
                    && PathText.IsCanonical(access.Target) && !SecretFiles.IsSecretName(access.Target),
                // Where exactly the boundary runs is the mode's to say: it offers this grant only inside.
                { Kind: AccessKind.Execute or AccessKind.Read or AccessKind.Write } or { IsOwnService: true } => IsSandboxed(request),
                _ => false,
            };
        }
        if (_tool == PolicyTools.Network && !_isToolOpen)
        {
            return access is { Kind: AccessKind.Network } && (PolicyTools.IsBuiltIn(request.Tool) || IsHostOfServer(request, access)) && CoversHost(access);
        }
        if (!MatchesTool(request.Tool))
        {
            return false;
        }
        if (!_hasPattern)
        {
            // Whoever granted a server's tool has not seen where its program would connect to.
            return !IsHostOfServer(request, access);
        }
        return access?.Kind switch
        {
            AccessKind.Execute => _command is not null && _command.Covers(access.Target),
            AccessKind.Read or AccessKind.Write => _path is not null && _path.Covers(access.Target, request.Workspace, home),
            AccessKind.Network => _host is not null && _host.Covers(access.Target) && (_methods is null || (access.Method is { } method && _methods.Contains(method, StringComparer.OrdinalIgnoreCase))),
            _ => false,
        };
    }

    // Publishing goes to the same registries, by other methods.
    private bool CoversHost(ToolAccess access) =>
        _named is not null ? access.Method is null or "GET" or "HEAD" && _named.Any(host => host.Covers(access.Target))
        : _host is null || _host.Covers(access.Target);

    /// <summary>True when this rule may mean the access: how rules that ask or deny match.</summary>
    /// <param name="program">The command's program by its plain name; null when the access is no command. Worked out once for all rules.</param>
    public bool Touches(PolicyRequest request, ToolAccess? access, string? program, string home) => Covers(request, access, home)
        || (_hasPattern && MatchesTool(request.Tool) && (access is null || (program is not null && _command is not null && _command.Touches(access.Target, program))));

    /// <summary>True when whoever granted it had this host before their eyes: it stands in the rule, or the rule means one call only.</summary>
    public bool Names(string host) => !Text.Contains('*', StringComparison.Ordinal) || Text.Contains(host, StringComparison.OrdinalIgnoreCase);

    internal static string? ProgramOf(ToolAccess? access) => access?.Kind == AccessKind.Execute && new CommandWords(access.Target) is var words && words.Next(out var word)
        ? CommandWords.ProgramName(word)
        : null;

    private static bool IsHostOfServer(PolicyRequest request, ToolAccess? access) => access is { Kind: AccessKind.Network, IsInferred: true } && PolicyTools.IsOfServer(request.Tool);

    private static bool IsSandboxed(PolicyRequest request) => request.Tool == PolicyTools.Shell && request.Confinement.IsOn;

    private bool MatchesTool(string tool) => _isToolOpen
        ? tool.StartsWith(_tool, StringComparison.Ordinal)
        : string.Equals(tool, _tool, StringComparison.Ordinal);

    private static readonly System.Buffers.SearchValues<char> ToolCharacters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    private static readonly System.Buffers.SearchValues<char> MethodCharacters = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ,");

    private static PryxException Invalid(string text, string why, string? next) => new("RULE_INVALID", $"The rule '{text}' can not be read: {why}.", next);

    private static PryxException TooWide(string text, string why) => new(
        "RULE_TOO_WIDE", $"The rule '{text}' is not granted: {why}.", "Narrow it, as in 'shell.exec:dotnet test*', or use --policy full if everything may run unasked.");

    public override string ToString() => Text;
}
