using Pryx.Agent.Tools;
using Pryx.Core.Files;

namespace Pryx.Core.Checkpoints;

/// <summary>
/// For programs that outlive a call, such as servers: what they change counts for the call that is being made in its workspace, the one that
/// began last where there are several. What they change while none is, nobody has asked for, and it is not remembered.
/// </summary>
public sealed class ServerMemory : ICallMemory
{
    private readonly Lock _gate = new();
    private readonly List<ICallMemory> _open = [];

    public string? Notice => null;

    // Which workspace a path is in is only known when it comes.
    public string? Root => "/";

    internal void Open(ICallMemory call)
    {
        lock (_gate)
        {
            _open.Add(call);
        }
    }

    internal void Close(ICallMemory call)
    {
        lock (_gate)
        {
            _open.Remove(call);
        }
    }

    public void Before(string path, PathChange change) => Find(path)?.Before(path, change);

    public void Missed(string what, string why)
    {
        lock (_gate)
        {
            _open.LastOrDefault()?.Missed(what, why);
        }
    }

    public Task EndAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private ICallMemory? Find(string path)
    {
        lock (_gate)
        {
            return _open.LastOrDefault(call => call.Root is { } root && WorkspacePath.IsWithin(path, root));
        }
    }
}
