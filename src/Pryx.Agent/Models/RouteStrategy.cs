using Pryx.Protocol.Models;

namespace Pryx.Agent.Models;

/// <summary>How the model of a turn is chosen (PRD §8.4.2).</summary>
public enum RouteStrategy
{
    /// <summary>The one the user named.</summary>
    Fixed,

    /// <summary>The lowest price of the call; an unknown price counts as infinite.</summary>
    Cheapest,

    /// <summary>The lowest measured latency; what was never measured comes last.</summary>
    Fastest,

    /// <summary>0.6 price and 0.4 latency.</summary>
    Balanced,

    /// <summary>The first of the user's list that can take the call.</summary>
    Capable,

    /// <summary>The provider that was called least of late, so that no single one carries everything.</summary>
    Diverse,
}

/// <summary>Strategies by their names; as a session's model they are written <c>auto/cheapest</c>.</summary>
public static class RouteStrategies
{
    private const string Provider = "auto";

    public static IReadOnlyList<string> Names { get; } = ["fixed", "cheapest", "fastest", "balanced", "capable", "diverse"];

    public static RouteStrategy? Find(string? name) => name?.Trim().ToLowerInvariant() switch
    {
        "fixed" => RouteStrategy.Fixed,
        "cheapest" => RouteStrategy.Cheapest,
        "fastest" => RouteStrategy.Fastest,
        "balanced" => RouteStrategy.Balanced,
        "capable" => RouteStrategy.Capable,
        "diverse" => RouteStrategy.Diverse,
        _ => null,
    };

    public static string NameOf(RouteStrategy strategy) => Names[(int)strategy];

    /// <summary>What stands for the strategy where a model is named.</summary>
    public static string ModelOf(RouteStrategy strategy) => $"{Provider}/{NameOf(strategy)}";

    /// <summary>True for a text that names a strategy, or tries to, and no model.</summary>
    public static bool IsStrategy(string? model) => ModelRef.TryParse(model, out var named) && named.Provider == Provider;

    /// <summary>Null when there is no such strategy, or the text names a model.</summary>
    public static RouteStrategy? OfModel(string? model) => ModelRef.TryParse(model, out var named) && named.Provider == Provider ? Find(named.Model) : null;
}
