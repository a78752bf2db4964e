namespace Pryx.Agent.Shell.Syntax;

/// <summary>What all readers of one script share, the scripts inside it included: limits, and why it is not understood.</summary>
internal sealed class ParseState(ShellDialect dialect, int depth = 0)
{
    /// <summary>In characters; a command line that the kernel takes is shorter.</summary>
    public const int MaxLength = 131_072;

    /// <summary>Of commands inside commands. A person can not follow a tenth of it.</summary>
    public const int MaxDepth = 32;

    /// <summary>Simple commands in one script.</summary>
    public const int MaxCommands = 2_000;

    private int _depth = depth;
    private int _simple;

    public ShellDialect Dialect { get; set; } = dialect;
    public int Depth => _depth;

    /// <summary>The end of the sentence "it …"; the first reason stays.</summary>
    public string? Unclear { get; private set; }

    /// <summary>Nothing after this point was read.</summary>
    public bool IsStopped { get; private set; }

    public VariableUse Variables { get; init; } = new();

    public bool CountCommand() => ++_simple <= MaxCommands || Stop("has too many commands");

    /// <summary>The text can not be read on.</summary>
    /// <returns>False.</returns>
    public bool Stop(string reason)
    {
        Unclear ??= reason;
        IsStopped = true;
        return false;
    }

    /// <summary>The text can be read on, but not allowed by a rule.</summary>
    public void Note(string reason) => Unclear ??= reason;

    public bool Enter() => ++_depth <= MaxDepth || Stop("is nested too deeply");

    public void Leave() => _depth--;
}
