namespace Pryx.Agent.Policy.Pins;

/// <summary>What a pinned constraint can be about. The names are stored.</summary>
public enum PinKind { Email, Push, Publish, Delete, Network, Write, Command, Path, Host, Program, Tool }

/// <param name="Value">The path pattern, host, program with its words, or tool; null for the kinds that need none.</param>
public sealed record PinTarget(PinKind Kind, string? Value = null)
{
    public override string ToString() => Kind switch
    {
        PinKind.Email => "sending e-mail",
        PinKind.Push => "pushing",
        PinKind.Publish => "publishing and deploying",
        PinKind.Delete => "deleting",
        PinKind.Network => "using the network",
        PinKind.Write => "changing files",
        PinKind.Command => "running commands",
        PinKind.Path => $"changing {Value}",
        PinKind.Host => $"reaching {Value}",
        PinKind.Program => $"running {Value}",
        _ => $"the tool {Value}",
    };
}

/// <summary>How a person's words were read.</summary>
/// <param name="Decision">Ask or Deny; null: no rule can be made of them, they are only told to the model.</param>
public sealed record PinReading(Decision? Decision, IReadOnlyList<PinTarget> Targets)
{
    public static PinReading None { get; } = new(null, []);

    public bool IsEnforced => Decision is not null && Targets.Count > 0;

    /// <summary>One sentence for the person who pinned it.</summary>
    public string Says => IsEnforced
        ? $"{(Decision == Policy.Decision.Deny ? "Denied" : "Asked every time")}, whatever else is allowed: {string.Join(", ", Targets)}."
        : "Not enforced: no rule could be made of it. The model is told on every request, and may not keep to it.";
}

/// <summary>A constraint that a person pinned; it holds until they take it back.</summary>
/// <param name="Text">In their own words.</param>
public sealed record Pin(string Id, string Text, PinReading Reading);
