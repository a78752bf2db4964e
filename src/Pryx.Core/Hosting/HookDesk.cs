using Pryx.Agent.Tools;
using Pryx.Core.Audit;
using Pryx.Core.Hooks;

namespace Pryx.Core.Hosting;

/// <summary>Puts together what runs hooks. A turn without hooks costs a look at their files when it begins.</summary>
public sealed class HookDesk(PryxCore core)
{
    public HookShelf Shelf => field ??= new(core.Options.Paths, () => core.Config.Bool("hooks_claude"));

    internal HookProcess Process => field ??= new(core.Spawner, core.CommandSandbox(), core.OwnEnvironment, Path.Combine(core.Options.Paths.Data, "hooks"), () => core.Config.Bool("hooks_unconfined"));

    /// <returns>Null where none hold.</returns>
    internal TurnHooks? ForTurn(CoreStore store, ToolContext context)
    {
        var listing = Shelf.List(context.IsTrusted ? context.Workspace : null);
        if (listing.IsEmpty)
        {
            return null;
        }
        var audit = new AuditLog(store.Database);
        return new(listing, Process, context, (hook, about, outcome, reason, cancellationToken) => audit.AppendAsync(
            new("hook.decided", "hook", hook?.Path ?? listing.Broken.Select(static broken => broken.Path).FirstOrDefault() ?? "", "hook",
                AuditDetails.Of(("hook", hook?.Name), ("about", about), ("call_id", context.CallId), ("session_id", context.SessionId.ToString()), ("turn_id", context.TurnId.ToString()), ("reason", reason is null ? null : Redaction.OfText(reason))), outcome),
            cancellationToken));
    }
}
