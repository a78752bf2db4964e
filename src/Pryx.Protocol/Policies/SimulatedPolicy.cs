namespace Pryx.Protocol.Policies;

/// <param name="Since">UTC.</param>
/// <param name="NotJudged">Calls whose arguments no tool takes or whose folder is gone.</param>
/// <param name="WouldBlock">Calls that ran and would be denied.</param>
/// <param name="PromptsSaved">Questions that were asked and would not be.</param>
/// <param name="PromptsAdded">Questions that were not asked and would be.</param>
/// <param name="Changes">What would be decided in another way, denials first; the fifty most frequent.</param>
public sealed record SimulatedPolicy(
    DateTimeOffset Since, int Calls, int NotJudged, int Allow, int Ask, int Deny, int WouldBlock, int PromptsSaved, int PromptsAdded, IReadOnlyList<SimulatedChange> Changes);

/// <param name="Last">UTC.</param>
public sealed record SimulatedChange(string Tool, string Summary, string Was, string Becomes, string Rule, int Count, DateTimeOffset Last);
