using Pryx.Agent.Models;
using Pryx.Core.Configuration;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;

namespace Pryx.Core.Routing;

/// <summary>The block <c>routing</c> of config.yaml.</summary>
public sealed record RoutingOptions
{
    public RouteStrategy Strategy { get; init; }

    /// <summary>In the user's order; empty: every known model of every provider that has a key.</summary>
    public IReadOnlyList<ModelRef> Candidates { get; init; } = [];

    /// <summary>Who steps in, in this order.</summary>
    public IReadOnlyList<ModelRef> Fallback { get; init; } = [];

    /// <summary>The default models of the other providers that have a key step in as well.</summary>
    public bool FallsBackToAll { get; init; }

    /// <summary>Who does a small job, by its kind; one that is not there: the provider's own small model.</summary>
    public IReadOnlyDictionary<CallKind, ModelRef> Small { get; init; } = new Dictionary<CallKind, ModelRef>();

    /// <summary>Small jobs that the turn's own model does.</summary>
    public IReadOnlySet<CallKind> Own { get; init; } = new HashSet<CallKind>();

    /// <exception cref="PryxException">MODEL_INVALID: a strategy or model that can not be read.</exception>
    public static RoutingOptions From(PryxConfig config)
    {
        if (!Keys.Any(config.IsSet))
        {
            return Default;
        }
        var fallback = config.List("routing_fallback");
        var small = new Dictionary<CallKind, ModelRef>();
        var own = new HashSet<CallKind>();
        foreach (var (kind, key) in new[] { (CallKind.Summary, "routing_summary"), (CallKind.Title, "routing_title") })
        {
            // The kind's own key counts before the one for all small jobs.
            var (text, from) = config.Text(key) is var ofKind and not ("" or "small") ? (ofKind, key) : (config.Text("routing_small_model"), "routing_small_model");
            if (text == "chat")
            {
                own.Add(kind);
            }
            else if (text is not ("" or "auto"))
            {
                small[kind] = Model(text, from);
            }
        }
        return new()
        {
            Strategy = RouteStrategies.Find(config.Text("routing_strategy")) ?? throw RouteTrouble.UnknownStrategy(config.Text("routing_strategy")),
            Candidates = [.. config.List("routing_candidates").Select(static text => Model(text, "routing.candidates"))],
            Fallback = [.. fallback.Where(static text => text != "auto").Select(static text => Model(text, "routing.fallback"))],
            FallsBackToAll = fallback.Contains("auto"),
            Small = small,
            Own = own,
        };
    }

    private static RoutingOptions Default { get; } = new();

    private static string[] Keys { get; } = ["routing_strategy", "routing_candidates", "routing_fallback", "routing_small_model", "routing_summary", "routing_title"];

    private static ModelRef Model(string text, string key) => ModelRef.TryParse(text, out var model) ? model : throw RouteTrouble.NotAModel(key, text);
}
