using Pryx.Core.Agents;
using Pryx.Core.Agents.Definitions;

namespace Pryx.Core.Hosting;

/// <summary>Puts together what calls agents: those that are defined, the desk they work at, their worktrees. Each part is made when it is first needed.</summary>
public sealed class Delegation(PryxCore core)
{
    private AgentBuilder? _builder;
    private AgentCalls? _calls;

    public AgentShelf Shelf => field ??= new(core.Options.Paths);

    internal AgentSource Source => field ??= new(Shelf, async (call, _, cancellationToken) => await (await CallsAsync(cancellationToken)).RunAsync(call, cancellationToken));

    /// <param name="ifNoFolder">The folder of agents that help no session.</param>
    internal AgentDesk Desk(CoreStore store, string ifNoFolder) => new(
        new AgentStore(store.Database, store.Events), store.Sessions, store.Events, core.TurnsAsync, (model, folder, token) => core.CheckModelAsync(model, folder, token), core.Policies(store).IsWithin, ifNoFolder, Worktrees(store), core.Log, core.Options.Time);

    /// <param name="ifNoFolder">As of the desk; counts the first time.</param>
    internal AgentBuilder Builder(CoreStore store, string ifNoFolder) => _builder ??= new(
        new AgentStore(store.Database, store.Events), store.Sessions, Worktrees(store), store.Trust.IsTrustedAsync, (model, folder, token) => core.CheckModelAsync(model, folder, token), core.Policies(store).IsWithin, ifNoFolder);

    private AgentWorktrees Worktrees(CoreStore store) => new(core.Spawner, core.CommandSandbox(), store.Trust, core.OwnEnvironment, core.Options.Time);

    private async Task<AgentCalls> CallsAsync(CancellationToken cancellationToken)
    {
        if (_calls is { } made)
        {
            return made;
        }
        var store = await core.StoreAsync(cancellationToken);
        // A turn calls with its own session, so the default folder counts for nobody here.
        return _calls ??= new(core.Agents(store, core.Options.Paths.Home), Builder(store, core.Options.Paths.Home), store.Sessions);
    }
}
