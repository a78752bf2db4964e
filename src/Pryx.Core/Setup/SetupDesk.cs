using Pryx.Protocol.Setup;

namespace Pryx.Core.Setup;

/// <summary>Where setup stands: what is there is looked at each time, what a person has said of a step is kept.</summary>
internal sealed class SetupDesk(SetupStore store, ProviderSearch search, SetupFacts facts)
{
    /// <param name="folder">Canonical; null for the server's own.</param>
    public async Task<SetupBody> ReadAsync(string? folder, CancellationToken cancellationToken)
    {
        var said = await store.ReadAsync(cancellationToken);
        var findings = await FindAsync(folder, cancellationToken);
        SetupStep[] steps =
        [
            await CloudAsync(said, cancellationToken), Provider(said, findings), await WorkspaceAsync(said, folder ?? facts.Folder, cancellationToken),
            await AbilitiesAsync(said, cancellationToken), await ChatAsync(said, findings, cancellationToken),
        ];
        var open = steps.Where(static step => step.State == SetupStates.Open).ToList();
        var isDismissed = said.GetValueOrDefault(SetupStore.Hint)?.State == SetupStates.Skipped;
        return new(findings.Model is not null, open.Count == 0, steps)
        {
            Model = findings.Model,
            Why = findings.Why,
            Next = (open.FirstOrDefault(static step => step.Required) ?? open.FirstOrDefault())?.Id,
            Dismissed = isDismissed,
            Hint = HintOf(findings, open, isDismissed),
        };
    }

    /// <summary>Whether somebody would answer, and the line to show; without the rest.</summary>
    public async Task<SetupReady> ReadReadyAsync(string? folder, CancellationToken cancellationToken)
    {
        var findings = await FindAsync(folder, cancellationToken);
        var said = await store.ReadAsync(cancellationToken);
        if (findings.Model is null || said.GetValueOrDefault(SetupStore.Hint)?.State == SetupStates.Skipped)
        {
            return new(findings.Model is not null) { Model = findings.Model, Why = findings.Why, Hint = HintOf(findings, [], isDismissed: true) };
        }
        var all = await ReadAsync(folder, cancellationToken);
        return new(all.Ready) { Model = all.Model, Why = all.Why, Hint = all.Hint };
    }

    private async Task<ProviderFindings> FindAsync(string? folder, CancellationToken cancellationToken)
    {
        var at = folder ?? facts.Folder;
        return await search.FindAsync(at, await facts.IsTrustedAsync(at, cancellationToken), cancellationToken);
    }

    private static string? HintOf(ProviderFindings findings, IReadOnlyList<SetupStep> open, bool isDismissed) =>
        findings.Model is null ? $"{findings.Why} Next: {findings.Next}"
        : isDismissed || open.Where(static step => step.Id != SetupSteps.Chat).ToList() is not { Count: > 0 } left ? null
        : $"Setup has more to offer ({string.Join(", ", left.Select(static step => step.Title))}): pryx setup. Not again: pryx setup --dismiss";

    private async Task<SetupStep> CloudAsync(IReadOnlyDictionary<string, SaidStep> said, CancellationToken cancellationToken)
    {
        var isSignedIn = await facts.IsSignedInAsync(cancellationToken);
        return Of(SetupSteps.Cloud, "Pryx Cloud sign-in", false, isSignedIn, said,
            isSignedIn ? "signed in" : facts.HasCloud() ? "not signed in; Pryx works without it" : "no cloud is configured (cloud_api_url is empty); Pryx works without it", "pryx login");
    }

    private static SetupStep Provider(IReadOnlyDictionary<string, SaidStep> said, ProviderFindings findings) =>
        Of(SetupSteps.Provider, "Provider and model", true, findings.Model is not null, said, findings.Model ?? findings.Why!, findings.Next ?? "pryx setup --step provider") with
        {
            Found = findings.Found,
        };

    private async Task<SetupStep> WorkspaceAsync(IReadOnlyDictionary<string, SaidStep> said, string proposed, CancellationToken cancellationToken)
    {
        var chosen = said.GetValueOrDefault(SetupSteps.Workspace) is { State: SetupStates.Done, Value: { } value } && Directory.Exists(value) ? value : await store.FindFolderAsync(cancellationToken);
        var mode = facts.Mode();
        return Of(SetupSteps.Workspace, "Workspace and mode", false, chosen is not null, said, chosen is not null ? $"{chosen}, mode {mode}" : $"none yet; {proposed} is proposed, mode {mode}", "pryx setup --workspace . --mode workspace-only") with
        {
            Workspace = chosen ?? proposed,
            Mode = mode,
            Found = [.. ModeWords.All.Select(one => new SetupFound("mode", one.Name, one.Name) { About = one.About, Active = one.Name == mode })],
        };
    }

    private async Task<SetupStep> AbilitiesAsync(IReadOnlyDictionary<string, SaidStep> said, CancellationToken cancellationToken)
    {
        var (servers, skills) = await facts.ReadAbilitiesAsync(cancellationToken);
        string[] words = [.. servers.Select(static name => $"MCP server {name}"), .. skills.Select(static name => $"skill {name}")];
        var isThere = words.Length > 0;
        return Of(SetupSteps.Abilities, "First MCP server or skill", false, isThere, said, isThere ? string.Join(", ", words) : "none yet; the built-in tools are there anyway", "pryx skills enable weather") with
        {
            Found =
            [
                .. servers.Select(static name => new SetupFound("mcp", name, name) { Active = true }), .. skills.Select(static name => new SetupFound("skill", name, name) { Active = true }),
                .. (await facts.ReadOfferedSkillsAsync(cancellationToken)).Select(static one => new SetupFound("skill", one.Id, one.Id) { About = one.About }),
            ],
        };
    }

    private async Task<SetupStep> ChatAsync(IReadOnlyDictionary<string, SaidStep> said, ProviderFindings findings, CancellationToken cancellationToken)
    {
        var hasAnswered = await store.HasAnsweredAsync(cancellationToken);
        return Of(SetupSteps.Chat, "First chat", false, hasAnswered, said,
            hasAnswered ? "a model has answered" : findings.Model is { } model ? $"{model} would answer" : "needs a provider first", findings.Model is null ? "pryx setup --step provider" : "pryx run \"say hello\"");
    }

    // Whoever opens a step again wants to be asked, whatever is there; whoever skipped one that is done by now has it done.
    private static SetupStep Of(string id, string title, bool isRequired, bool isThere, IReadOnlyDictionary<string, SaidStep> said, string summary, string next)
    {
        var word = said.GetValueOrDefault(id);
        var state = word?.State == SetupStates.Open ? SetupStates.Open : isThere ? SetupStates.Done : word?.State == SetupStates.Skipped ? SetupStates.Skipped : SetupStates.Open;
        return new(id, title, isRequired, state, summary) { Next = state == SetupStates.Done ? null : next, ChangedAt = word?.ChangedAt };
    }
}
