using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Models;

/// <summary>A model that can be called now.</summary>
public sealed record ModelTarget(ModelInfo Model, IChatClient Client)
{
    /// <summary>The provider wants no tool calls side by side.</summary>
    public bool OneCallAtATime { get; init; }
}
