using Pryx.Protocol.Costs;

namespace Pryx.Tui.Screens.Telemetry;

/// <summary>What one thing cost: a period, a model, a session, an agent.</summary>
/// <param name="Group">Such as "by model"; empty for the periods.</param>
internal sealed record CostLine(string Group, string Name, CostSum Sum)
{
    public IReadOnlyList<ModelCost> Models { get; init; } = [];
}
