using Pryx.Agent.Shell.Programs;

namespace Pryx.Agent.Shell;

/// <summary>
/// What one command does as far as its words say it. A program that is not known has no facts but its name: that nothing is listed
/// does not mean that nothing happens.
/// </summary>
public sealed record CommandFacts
{
    /// <summary>Without its folder; "" when there is none.</summary>
    public required string Program { get; init; }

    /// <summary>The second word of programs such as git, npm or docker; null for others, or when it is not known.</summary>
    public string? Subcommand { get; init; }

    /// <summary>Paths that are read: relative to the script's own folder, absolute, or below <c>~</c>; not normalised. Of a pattern the folder before it.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];

    /// <summary>Paths that are created, changed or removed, redirections included.</summary>
    public IReadOnlyList<string> Writes { get; init; } = [];

    /// <summary>It also reads or writes paths that nobody knows before it runs.</summary>
    public bool HasUnknownPaths { get; init; }

    /// <summary>Names or addresses, with the port where one is written.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>It is of no use without a network; <see cref="Hosts"/> may still be empty.</summary>
    public bool NeedsNetwork { get; init; }

    /// <summary>Others can see afterwards what it sent: a push, a published package, a message.</summary>
    public bool Publishes { get; init; }

    /// <summary>It acts with more rights than the user's own.</summary>
    public bool EscalatesRights { get; init; }

    /// <summary>What it removes or overwrites can not be had back.</summary>
    public bool Destroys { get; init; }

    /// <summary>It runs a program that is written in its words, its input or a file.</summary>
    public bool RunsText { get; init; }

    /// <summary>An option makes it do more than its name says, such as running another command: the end of the sentence "it …".</summary>
    public string? Unclear { get; init; }

    public static CommandFacts Of(ShellCommand command)
    {
        var facts = new FactsBuilder(command);
        foreach (var redirect in command.Redirects)
        {
            facts.AddRedirect(redirect);
        }
        if (command.Program is { Length: > 0 } program && ProgramTable.Find(program) is { } reader)
        {
            reader(facts);
        }
        return facts.Build();
    }
}
