using System.Collections.Concurrent;
using Pryx.Agent.Tools;
using Pryx.Core.Configuration;
using Pryx.Core.Hooks;
using Pryx.Core.Secrets.Masking;
using Pryx.Core.Sessions;
using Pryx.Core.Workspaces;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Turns;

/// <summary>What the user's programs say to a message and to the beginning of its session.</summary>
/// <param name="hooks">Those that hold in a place; null for none.</param>
public sealed class MessageHooks(PryxPaths paths, SessionStore sessions, WorkspaceTrust trust, SecretDesk secrets, Func<ToolContext, TurnHooks?> hooks, TimeProvider time)
{
    // Those that have begun, or gone on, in this process.
    private readonly ConcurrentDictionary<SessionId, bool> _begun = new();

    /// <summary>What they add, the model reads behind the message.</summary>
    /// <exception cref="PryxException">HOOK_DENIED</exception>
    public async Task<StartTurn> AskAsync(StartTurn request, CancellationToken cancellationToken)
    {
        if (request is { Compact: not null } or { Call: not null } or { Say: not null } || request.Surface == TurnPreparation.AgentSurface || string.IsNullOrEmpty(request.Text) || await sessions.FindAsync(request.SessionId, cancellationToken) is not { } session)
        {
            return request;
        }
        var workspace = CanonicalPath.Of(session.Workspace ?? paths.Home);
        var context = new ToolContext
        {
            SessionId = session.Id, TurnId = default, CallId = "", Workspace = workspace, OutputDirectory = paths.ToolOutput, IsTrusted = await trust.IsTrustedAsync(workspace, cancellationToken),
            AskUserAsync = static (_, _) => throw new InvalidOperationException("A hook asks nobody."), Time = time,
        };
        if (hooks(context) is not { } found || await SayAsync(found, session, request.Text, cancellationToken) is not { } words)
        {
            return request;
        }
        var mask = await secrets.OpenAsync(request.SessionId, cancellationToken);
        var text = mask.Mask($"[a hook says: {words.Text}]");
        await mask.SaveAsync(cancellationToken);
        return request with { Expansion = request.Expansion is { } more ? $"{more}\n\n{text}" : text, ExpansionSource = request.ExpansionSource ?? words.Source };
    }

    private async Task<Agent.Hooks.HookWords?> SayAsync(TurnHooks found, Session session, string text, CancellationToken cancellationToken)
    {
        var start = !_begun.TryAdd(session.Id, true) ? null : session.MessageCount == 0 ? "startup" : "resume";
        try
        {
            return await found.BeforeInputAsync(text, start, cancellationToken);
        }
        catch when (start is not null)
        {
            _begun.TryRemove(session.Id, out _); // The message was not taken: the session has not begun.
            throw;
        }
    }
}
