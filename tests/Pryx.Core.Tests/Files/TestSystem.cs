using System.Runtime.InteropServices;

namespace Pryx.Core.Tests.Files;

/// <summary>What the base library can not do to a Linux file system.</summary>
internal static partial class TestSystem
{
    private const uint Nobody = 65534;

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Link(string target, string name);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MakePipe(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileUser(uint user);

    /// <summary>Runs as a user without rights over files, on a thread of its own: the file-system user belongs to the thread.</summary>
    internal static Task<T> AsOrdinaryUserAsync<T>(Func<T> work)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                if (Environment.IsPrivilegedProcess)
                {
                    _ = SetFileUser(Nobody);
                }
                completion.SetResult(work());
            }
            catch (Exception e)
            {
                completion.SetException(e);
            }
        });
        thread.Start();
        return completion.Task;
    }
}
