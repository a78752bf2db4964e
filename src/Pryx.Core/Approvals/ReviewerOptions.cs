using Pryx.Agent.Models;

namespace Pryx.Core.Approvals;

/// <summary>Which model is asked for a second opinion, how long, and for how much.</summary>
/// <param name="Target">Found when the first question of a turn is asked; throws when it can not be had.</param>
/// <param name="Timeout">After it the question simply has no opinion beside it.</param>
/// <param name="MaxUsd">The most that one opinion may cost at worst; 0 for no limit. A model of unknown price is asked only without one.</param>
public sealed record ReviewerOptions(Func<CancellationToken, Task<ModelTarget>> Target, TimeSpan Timeout, decimal MaxUsd);
