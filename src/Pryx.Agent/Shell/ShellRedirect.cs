using Pryx.Agent.Shell.Syntax;

namespace Pryx.Agent.Shell;

public enum RedirectKind
{
    /// <summary>Opens a file to read.</summary>
    Reads,

    /// <summary>Creates, empties or extends a file.</summary>
    Writes,

    /// <summary>Copies or closes a descriptor: no file is opened.</summary>
    Duplicates,

    /// <summary>A here-document or here-string: <see cref="ShellRedirect.Target"/> is its text.</summary>
    Text,
}

/// <param name="Descriptor">The number before the operator; null for the operator's own.</param>
public sealed record ShellRedirect(RedirectKind Kind, string Operator, int? Descriptor, ShellWord Target)
{
    internal HereDocument? Document { get; init; }

    /// <summary>Of a here-document or here-string: what is fed in; null when it is not known.</summary>
    public string? Content => Kind != RedirectKind.Text ? null
        : Document is { } document ? document.Body is { IsUnknown: false } body ? body.Text : null
        : Target.IsLiteral ? Target.Text + "\n" : null;

    /// <summary>It feeds the command's own input.</summary>
    public bool IsInput => (Descriptor ?? (Operator[0] == '<' ? 0 : 1)) == 0;
}

/// <param name="Value">The text behind the sign; null for an array.</param>
/// <param name="Elements">The words between the parentheses of an array.</param>
public sealed record ShellAssignment(string Name, ShellWord? Value, IReadOnlyList<ShellWord> Elements)
{
    /// <summary>It can only make the variable a number.</summary>
    internal bool IsNumber => Value is { } value ? value.Has(WordTraits.Number) || (value.IsLiteral && value.Text.Length == 0) : Elements.All(element => element.Has(WordTraits.Number));
}
