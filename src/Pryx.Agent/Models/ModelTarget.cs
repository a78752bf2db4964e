using Microsoft.Extensions.AI;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Models;

/// <summary>A model that can be called now.</summary>
public sealed record ModelTarget(ModelInfo Model, IChatClient Client);
