using Pryx.Core.Hooks;
using Pryx.Core.Sessions;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Workspaces;

namespace Pryx.Core.Workspaces;

/// <summary>Whether the user has seen what a folder brings, exactly as it is now.</summary>
public sealed class WorkspaceTrust(WorkspaceStore workspaces)
{
    public async Task<bool> IsTrustedAsync(string workspace, CancellationToken cancellationToken)
    {
        var path = CanonicalPath.Of(workspace);
        var inspected = await FolderContents.InspectAsync(path, cancellationToken);
        return inspected.IsTrusted((await workspaces.FindAsync(path, cancellationToken))?.TrustedWhat);
    }

    /// <summary>The card to show; null when the folder brings nothing, or exactly this was trusted.</summary>
    public async Task<TrustCard?> FindCardAsync(string workspace, CancellationToken cancellationToken)
    {
        var path = CanonicalPath.Of(workspace);
        var inspected = await FolderContents.InspectAsync(path, cancellationToken);
        return inspected.IsTrusted((await workspaces.FindAsync(path, cancellationToken))?.TrustedWhat)
            ? null
            : new TrustCard(path, inspected.Hash, [.. inspected.Files.Select(file => new TrustItem(file.Path, EffectOf(file.Kind), file.Kind == "hooks" ? HookPreview.Of(Path.Combine(path, file.Path)) : null))]);
    }

    /// <exception cref="PryxException">TRUST_CHANGED</exception>
    public async Task TrustAsync(TrustCard shown, CancellationToken cancellationToken)
    {
        var inspected = await FolderContents.InspectAsync(CanonicalPath.Of(shown.Workspace), cancellationToken);
        if (inspected.Hash != shown.Fingerprint)
        {
            throw new PryxException("TRUST_CHANGED", $"{shown.Workspace} has changed since the card was shown.", "look at it again: pryx trust");
        }
        await workspaces.TrustAsync(shown.Workspace, inspected.Hash, cancellationToken);
    }

    /// <summary>Trusts another folder that brings nothing but what a trusted one brings; otherwise it stays as untrusted as it is.</summary>
    public async Task TrustCopyAsync(string trusted, string copy, CancellationToken cancellationToken)
    {
        var original = await FolderContents.InspectAsync(CanonicalPath.Of(trusted), cancellationToken);
        var inspected = await FolderContents.InspectAsync(CanonicalPath.Of(copy), cancellationToken);
        if (!inspected.IsEmpty && original.IsTrusted((await workspaces.FindAsync(original.Workspace, cancellationToken))?.TrustedWhat) && inspected.IsPartOf(original))
        {
            await workspaces.TrustAsync(inspected.Workspace, inspected.Hash, cancellationToken);
        }
    }

    /// <summary>After Pryx itself has written the folder's MEMORY.md for its user: trust goes on where it was there before and nothing else has changed.</summary>
    /// <param name="before">As the folder was.</param>
    public async Task RenewAsync(FolderContents before, CancellationToken cancellationToken)
    {
        var now = await FolderContents.InspectAsync(before.Workspace, cancellationToken);
        if (before.IsTrusted((await workspaces.FindAsync(before.Workspace, cancellationToken))?.TrustedWhat) && now.HashOfOthers == before.HashOfOthers && !now.IsEmpty)
        {
            await workspaces.TrustAsync(before.Workspace, now.Hash, cancellationToken);
        }
    }

    private static string EffectOf(string kind) => kind switch
    {
        "instructions" => "instructions for the model",
        "policies" => "rules (they can only tighten yours)",
        "agents" => "agents the model may call",
        "commands" => "commands you may invoke",
        "memory" => "facts the model is told",
        "skills" => "skills the model may use",
        "mcp" => "servers that would run or be called",
        "hooks" => "programs that run by themselves",
        "env" => "variables for tools, keys and addresses of providers",
        _ => "settings of another agent",
    };
}
