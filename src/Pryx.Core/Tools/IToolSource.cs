using Pryx.Agent.Tools;

namespace Pryx.Core.Tools;

/// <summary>Where a turn happens, for whoever offers tools.</summary>
/// <param name="Workspace">Canonical.</param>
/// <param name="IsTrusted">False: what the folder brings is data and offers nothing.</param>
public sealed record ToolScope(string Workspace, bool IsTrusted);

/// <param name="Tools">Declared to the model, in an order that stays the same as long as the tools do.</param>
public sealed record ToolOffer(IReadOnlyList<ITool> Tools)
{
    public static ToolOffer None { get; } = new([]);

    /// <summary>Reached through a relay among the tools.</summary>
    public IReadOnlyList<ITool> OnDemand { get; init; } = [];

    /// <summary>What the user should know before the first step, such as a server that does not answer.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}

/// <summary>
/// Adds tools to the built-in ones: MCP servers, skills. Asked before each turn, so it must be quick when nothing has changed, and give the
/// very same tools then: the beginning of the request stays the same bytes.
/// </summary>
public interface IToolSource
{
    ValueTask<ToolOffer> OfferAsync(ToolScope scope, CancellationToken cancellationToken);
}
