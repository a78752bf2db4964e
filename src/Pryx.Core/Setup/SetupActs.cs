using Pryx.Core.Configuration;
using Pryx.Core.Sessions;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Setup;

namespace Pryx.Core.Setup;

/// <summary>What a person does to a step: take it with values, skip it, open it again.</summary>
/// <param name="reload">Has the configuration read again.</param>
internal sealed class SetupActs(SetupStore store, SetupDesk desk, ProviderStep providers, ProviderSearch search, SetupFacts facts, ConfigWriter writer, Action reload)
{
    /// <param name="step">One of <see cref="SetupSteps"/>.</param>
    /// <param name="folder">As <see cref="SetupDesk.ReadAsync"/> takes it.</param>
    /// <exception cref="PryxException">SETUP_STEP_NOT_FOUND, VALIDATION_ERROR, SETUP_REQUIRED, SETUP_NOT_DONE, KEY_…, MODEL_UNLISTED, PROVIDER_…, WORKSPACE_MISSING, POLICY_UNKNOWN, CONFIG_LOCAL_ONLY.</exception>
    public async Task<SetupAnswer> ActAsync(string step, SetupInput input, string? folder, SetupCaller caller, CancellationToken cancellationToken)
    {
        if (!SetupSteps.All.Contains(step))
        {
            throw new PryxException("SETUP_STEP_NOT_FOUND", $"There is no step '{step}'.", $"it is one of {string.Join(", ", SetupSteps.All)}");
        }
        var answer = input.Action?.Trim().ToLowerInvariant() switch
        {
            null or "" or SetupActions.Complete => await CompleteAsync(step, input, folder, caller, cancellationToken),
            SetupActions.Skip => await SkipAsync(step, caller, cancellationToken),
            SetupActions.Reopen => await SayAsync(step, SetupStates.Open, null, caller, cancellationToken),
            _ => throw new PryxException("VALIDATION_ERROR", "action: complete, skip or reopen is expected"),
        };
        search.Forget();
        return answer with { Setup = await desk.ReadAsync(folder, cancellationToken) };
    }

    private async Task<SetupAnswer> CompleteAsync(string step, SetupInput input, string? folder, SetupCaller caller, CancellationToken cancellationToken)
    {
        switch (step)
        {
            case SetupSteps.Provider:
                var taken = await providers.TakeAsync(input, caller, cancellationToken);
                await SayAsync(step, SetupStates.Done, null, caller, cancellationToken);
                return taken;
            case SetupSteps.Workspace:
                return await TakeWorkspaceAsync(input, folder, caller, cancellationToken);
            default:
                // These are done elsewhere; here they are only said to be.
                await SayAsync(step, SetupStates.Done, null, caller, cancellationToken);
                var now = await desk.ReadAsync(folder, cancellationToken);
                return now.Steps.First(one => one.Id == step) is { State: SetupStates.Done } ? new(now)
                    : throw new PryxException("SETUP_NOT_DONE", $"The step '{step}' is not done: {now.Steps.First(one => one.Id == step).Summary}.", now.Steps.First(one => one.Id == step).Next);
        }
    }

    private async Task<SetupAnswer> SkipAsync(string step, SetupCaller caller, CancellationToken cancellationToken) => step == SetupSteps.Provider
        ? throw new PryxException("SETUP_REQUIRED", "Without a provider and a model nothing answers but the demo tour: this step can be left, not skipped.", "pryx setup --step provider")
        : await SayAsync(step, SetupStates.Skipped, null, caller, cancellationToken);

    private async Task<SetupAnswer> TakeWorkspaceAsync(SetupInput input, string? folder, SetupCaller caller, CancellationToken cancellationToken)
    {
        var path = input.Workspace is { Length: > 0 } given ? given : folder ?? facts.Folder;
        if (path.Contains('\0', StringComparison.Ordinal) || !Path.IsPathFullyQualified(path))
        {
            throw new PryxException("VALIDATION_ERROR", "workspace: the absolute path of a folder is expected");
        }
        if (!Directory.Exists(path))
        {
            throw new PryxException("WORKSPACE_MISSING", $"workspace: there is no folder {path}", $"make it first: mkdir -p {path}");
        }
        var canonical = CanonicalPath.Of(path);
        if (input.Mode?.Trim() is { Length: > 0 } mode && mode != facts.Mode())
        {
            facts.CheckMode(mode);
            if (caller.IsRemote && !facts.IsWithin(mode, facts.Mode()))
            {
                throw new PryxException("CONFIG_LOCAL_ONLY", "A wider mode is set on this machine alone.", $"pryx config set policy {mode}");
            }
            await writer.SetAsync([new("policy", mode)], cancellationToken);
            reload();
        }
        await facts.AddFolderAsync(canonical, cancellationToken);
        var said = await SayAsync(SetupSteps.Workspace, SetupStates.Done, canonical, caller, cancellationToken);
        return said with { Note = facts.IsBroad(canonical) ? $"{canonical} holds much more than a project: what Pryx may read unasked is all of it. A folder of its own is better." : null };
    }

    private async Task<SetupAnswer> SayAsync(string step, string state, string? value, SetupCaller caller, CancellationToken cancellationToken)
    {
        await store.SayAsync(step, state, value, caller.Name, cancellationToken);
        return new(new SetupBody(false, false, []));
    }
}

/// <param name="Name">For the audit log, such as <c>cli:core</c>.</param>
/// <param name="IsRemote">It comes from another machine.</param>
internal sealed record SetupCaller(string Name, bool IsRemote);
