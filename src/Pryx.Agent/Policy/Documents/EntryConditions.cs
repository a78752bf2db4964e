using Pryx.Agent.Tools;

namespace Pryx.Agent.Policy.Documents;

/// <summary>
/// What must hold of an access for an entry to mean it. All that are given must hold; one that says nothing about this kind of access
/// (<c>domains</c> of a file) rules it out. Two questions are asked of it: is it certain (to allow), is it possible (to ask or deny).
/// </summary>
public sealed class EntryConditions
{
    private readonly IReadOnlyList<CommandPattern> _commands;
    private readonly IReadOnlyList<HostPattern> _domains;
    private readonly IReadOnlyList<PathPattern> _paths;
    private readonly IReadOnlyList<string> _methods;
    private readonly IReadOnlyList<KeyValuePair<string, string>> _arguments;
    private readonly long? _maxSize;
    private readonly long? _largerThan;

    internal EntryConditions(EntryPatterns patterns) =>
        (_commands, _domains, _paths, _methods, _arguments, _maxSize, _largerThan) =
        (patterns.Commands, patterns.Domains, patterns.Paths, patterns.Methods, patterns.Arguments, patterns.MaxSize, patterns.LargerThan);

    /// <summary>True when the access is certainly meant.</summary>
    public bool Covers(PolicyRequest request, ToolAccess? access, string root, string home) => Matches(request, access, null, root, home, isCertain: true);

    /// <summary>True when the access may be meant.</summary>
    /// <param name="program">Of a command, by its plain name; null for any other access.</param>
    public bool Touches(PolicyRequest request, ToolAccess? access, string? program, string root, string home) => Matches(request, access, program, root, home, isCertain: false);

    private bool Matches(PolicyRequest request, ToolAccess? access, string? program, string root, string home, bool isCertain)
    {
        if (_arguments.Count > 0 && !ArgumentsMatch(request, isCertain))
        {
            return false;
        }
        if (access is null)
        {
            // Nothing is known of what it touches: conditions on that can not be certain, and may all hold.
            return !isCertain || !SpeaksOfAccesses;
        }
        return Fits(access, AccessKind.Execute, _commands.Count, () => Any(_commands, access.Target, program, isCertain))
            && Fits(access, AccessKind.Network, _domains.Count, () => Any(_domains, access.Target))
            && FitsPath(access, root, home)
            && (_methods.Count == 0 || (access.Kind == AccessKind.Network && (access.Method is { } method ? _methods.Contains(method, StringComparer.OrdinalIgnoreCase) : !isCertain)))
            && (_maxSize is not { } most || (access.Size is { } size ? size <= most : !isCertain))
            && (_largerThan is not { } least || (access.Size is { } large ? large > least : !isCertain));
    }

    private bool SpeaksOfAccesses => _commands.Count + _domains.Count + _paths.Count + _methods.Count > 0 || _maxSize is not null || _largerThan is not null;

    private static bool Fits(ToolAccess access, AccessKind kind, int count, Func<bool> matches) => count == 0 || (access.Kind == kind && matches());

    private bool FitsPath(ToolAccess access, string root, string home)
    {
        if (_paths.Count == 0)
        {
            return true;
        }
        if (access.Kind is not (AccessKind.Read or AccessKind.Write))
        {
            return false;
        }
        for (var i = 0; i < _paths.Count; i++)
        {
            if (_paths[i].Covers(access.Target, root, home))
            {
                return true;
            }
        }
        return false;
    }

    private static bool Any(IReadOnlyList<CommandPattern> patterns, string command, string? program, bool isCertain)
    {
        for (var i = 0; i < patterns.Count; i++)
        {
            if (patterns[i].Covers(command) || (!isCertain && program is not null && patterns[i].Touches(command, program)))
            {
                return true;
            }
        }
        return false;
    }

    private static bool Any(IReadOnlyList<HostPattern> patterns, string host)
    {
        for (var i = 0; i < patterns.Count; i++)
        {
            if (patterns[i].Covers(host))
            {
                return true;
            }
        }
        return false;
    }

    // Text and numbers are compared with a glob; what is missing, or no plain value, is never certain.
    private bool ArgumentsMatch(PolicyRequest request, bool isCertain)
    {
        foreach (var (name, pattern) in _arguments)
        {
            if (request.Arguments is not { ValueKind: System.Text.Json.JsonValueKind.Object } arguments || !arguments.TryGetProperty(name, out var value))
            {
                return false;
            }
            var text = value.ValueKind == System.Text.Json.JsonValueKind.String ? value.GetString()! : value.GetRawText();
            if (value.ValueKind is System.Text.Json.JsonValueKind.Object or System.Text.Json.JsonValueKind.Array ? isCertain : !TextPattern.Matches(text, pattern))
            {
                return false;
            }
        }
        return true;
    }
}
