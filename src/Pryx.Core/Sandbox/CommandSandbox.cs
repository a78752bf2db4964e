using Pryx.Agent.Tools;
using Pryx.Protocol.Items;

namespace Pryx.Core.Sandbox;

/// <summary>Opens the sandbox of one command of a turn.</summary>
/// <param name="folder">A private folder of ours for temporary folders and sockets.</param>
public sealed class CommandSandbox(SandboxProfiles profiles, string folder, SandboxNetworkOptions? network = null)
{
    private readonly TemporaryFolders _temporary = new(Path.Combine(folder, "tmp"));

    public SandboxRun Open(ToolContext context, SandboxState state)
    {
        var mode = context.Sandbox;
        var access = mode.HasFullNetwork ? NetworkAccess.Full
            : mode.Hosts.Count > 0 || mode.AskHostAsync is not null ? NetworkAccess.Proxy
            : NetworkAccess.None;
        // A level without a proxy runs the command without network rather than not at all: most commands that may reach a host do not.
        access = access == NetworkAccess.Proxy && !state.HasProxy ? NetworkAccess.None : access;
        var profile = profiles.For(context.Workspace, context.OutputDirectory, _temporary.Of(context.SessionId.ToString()), access);
        var proxy = access == NetworkAccess.Proxy ? SandboxProxy.Start(Path.Combine(folder, Guid.NewGuid().ToString("N")[..8] + ".sock"), mode, network ?? new()) : null;
        return new SandboxRun(profile with { ProxySocket = proxy?.SocketPath }, state.Level, proxy);
    }
}

/// <summary>The sandbox of one command, from before its start until after its end.</summary>
public sealed class SandboxRun : IAsyncDisposable
{
    private readonly SandboxLevel _level;
    private readonly SandboxProxy? _proxy;
    private readonly SandboxAftercare _aftercare;

    internal SandboxRun(SandboxProfile profile, SandboxLevel level, SandboxProxy? proxy)
    {
        (Profile, _level, _proxy) = (profile, level, proxy);
        _aftercare = SandboxAftercare.Before(profile, level);
    }

    public SandboxProfile Profile { get; }

    /// <summary>Puts right what the sandbox could not prevent, and says what the model should know; to be called when the command's tree is gone.</summary>
    public IReadOnlyList<string> Close(ToolOutcome outcome)
    {
        List<string> notes = [.. _aftercare.PutRight()];
        if (outcome.Status != ToolStatus.Completed && SandboxHints.Of(outcome.Text, Profile, _level, _proxy?.Refused ?? []) is { } hint)
        {
            notes.Add(hint);
        }
        return notes;
    }

    public async ValueTask DisposeAsync()
    {
        _aftercare.PutRight();
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync().ConfigureAwait(false);
        }
    }
}
