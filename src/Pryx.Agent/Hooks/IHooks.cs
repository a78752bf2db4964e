using System.Text.Json;
using Pryx.Agent.Tools;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Hooks;

/// <summary>A call as programs of the user see it.</summary>
/// <param name="Arguments">With placeholders where it carries secrets.</param>
public sealed record HookedCall(ToolDefinition Tool, string CallId, JsonElement Arguments, ToolContext Context);

/// <summary>What the programs before a call say of it, all together. They can only tighten.</summary>
/// <param name="Decision">Allow where none has anything against it; policy then decides as if they were not there.</param>
public sealed record HookVerdict(Policy.Decision Decision, string Rule, string Reason)
{
    public static HookVerdict Nothing { get; } = new(Policy.Decision.Allow, "", "");

    /// <summary>Other arguments for the call, which are planned and judged like the model's own; null for none.</summary>
    public JsonElement? Arguments { get; init; }

    /// <summary>For the model, behind the call's result.</summary>
    public HookWords? Words { get; init; }
}

/// <summary>What programs say to the model.</summary>
/// <param name="Source">Whose words they are, where the user does not vouch for them; null for the user's own.</param>
public sealed record HookWords(string Text, string? Source);

/// <summary>Programs that the user has set before and after tools, and at the end of a turn.</summary>
public interface IHooks
{
    /// <summary>Why the turn is to end, once one of them has said so.</summary>
    string? Stopped { get; }

    ValueTask<HookVerdict> BeforeToolAsync(HookedCall call, CancellationToken cancellationToken);

    /// <param name="outcome">Masked.</param>
    ValueTask<HookWords?> AfterToolAsync(HookedCall call, ToolOutcome outcome, CancellationToken cancellationToken);

    /// <summary>The model is done.</summary>
    /// <param name="isAgain">One of them has had the turn go on already.</param>
    /// <returns>What is still to be done; null: the turn ends.</returns>
    ValueTask<HookWords?> BeforeEndAsync(string reply, bool isAgain, CancellationToken cancellationToken);

    /// <summary>What the user should know of what went wrong since the last look; usually nothing.</summary>
    IReadOnlyList<Notice> TakeNotices();
}

/// <summary>There are none.</summary>
public sealed class NoHooks : IHooks
{
    public static NoHooks Instance { get; } = new();

    public string? Stopped => null;

    public ValueTask<HookVerdict> BeforeToolAsync(HookedCall call, CancellationToken cancellationToken) => new(HookVerdict.Nothing);

    public ValueTask<HookWords?> AfterToolAsync(HookedCall call, ToolOutcome outcome, CancellationToken cancellationToken) => new((HookWords?)null);

    public ValueTask<HookWords?> BeforeEndAsync(string reply, bool isAgain, CancellationToken cancellationToken) => new((HookWords?)null);

    public IReadOnlyList<Notice> TakeNotices() => [];
}
