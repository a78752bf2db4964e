using Pryx.Core.Sessions;

namespace Pryx.Core.Workspaces;

/// <summary>Whether what a folder brings may count: only what the user saw, as he saw it.</summary>
public sealed class WorkspaceTrust(WorkspaceStore store)
{
    /// <summary>The card as it is now, and whether it has to be shown.</summary>
    /// <param name="workspace">Canonical.</param>
    public async Task<(TrustCard Card, bool IsTrusted)> InspectAsync(string workspace, CancellationToken cancellationToken)
    {
        var card = await TrustCard.InspectAsync(workspace, cancellationToken);
        // Nothing brought, nothing to look up.
        return card.IsEmpty ? (card, true) : (card, card.IsTrusted((await store.FindAsync(workspace, cancellationToken))?.TrustedWhat));
    }

    /// <summary>Stores that the user agreed to this card. Changed in the meantime, the folder stays untrusted: the hash is that of the card.</summary>
    public Task TrustAsync(TrustCard card, CancellationToken cancellationToken) => store.TrustAsync(card.Workspace, card.Hash, cancellationToken);
}
