namespace Pryx.Protocol.Policies;

/// <summary>What is wrong with a policy file, and where.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
public sealed record PolicyProblem(long Line, long Column, string Message)
{
    public override string ToString() => $"line {Line}, column {Column}: {Message}";
}

/// <summary>A policy by its text or its name.</summary>
/// <param name="Text">Of a file; null to take one by name.</param>
public sealed record PolicyText(string? Text, string? Name)
{
    /// <summary>How far back a simulation goes: a duration, 30d when it is left out.</summary>
    public string? Since { get; init; }

    /// <summary>Absolute; where tests without a root are judged. Null: where Core runs.</summary>
    public string? Workspace { get; init; }
}

/// <param name="Problems">Empty for one that counts.</param>
public sealed record PolicyFileBody(string Name, string Path, string? Description, bool Always, IReadOnlyList<PolicyProblem> Problems)
{
    public string? Text { get; init; }

}

public sealed record PolicyFileList(string Folder, IReadOnlyList<PolicyFileBody> Policies);

public sealed record CheckedPolicy(bool Valid, IReadOnlyList<PolicyProblem> Problems);

public sealed record TestedPolicy(string Name, int Passed, int Failed, IReadOnlyList<TestedExample> Results);

/// <param name="Decision">allow, ask, deny, or error for a call that no tool would take.</param>
public sealed record TestedExample(int Line, string Tool, string Args, string Expected, string Decision, bool Passed, string Rule, string Reason);

/// <param name="Says">In one line.</param>
public sealed record PolicyModeBody(string Name, string Says, bool IsDefault);

/// <summary>The part of <c>GET /api/v1/policies</c> that names the modes.</summary>
public sealed record PolicyModeList(IReadOnlyList<PolicyModeBody> Modes);

/// <summary>Everything that <c>--policy</c> takes.</summary>
public sealed record PolicyChoices(IReadOnlyList<PolicyModeBody> Modes, string Folder, IReadOnlyList<PolicyFileBody> Policies);
