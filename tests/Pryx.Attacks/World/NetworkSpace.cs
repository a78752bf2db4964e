using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Pryx.Attacks.World;

/// <summary>A network namespace that is one thread's: sockets that are made there stay there, whoever uses them.</summary>
internal sealed partial class NetworkSpace : IDisposable
{
    private const int NewNetwork = 0x40000000;
    private readonly BlockingThread _thread = new();

    public NetworkSpace() => Path = _thread.Run(static () =>
    {
        return Unshare(NewNetwork) == 0
            ? $"/proc/{Environment.ProcessId}/task/{ThreadId()}/ns/net"
            : throw new Win32Exception(Marshal.GetLastPInvokeError(), "unshare");
    });

    /// <summary>For <c>nsenter --net=</c>.</summary>
    public string Path { get; }

    /// <summary>The thread, as <c>ip link … netns</c> takes it.</summary>
    public string Thread => Path.Split('/')[4];

    public T Run<T>(Func<T> make) => _thread.Run(make);

    public void Dispose() => _thread.Dispose();

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int ThreadId();
}
