using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pryx.Core.Sandbox;

/// <summary>
/// A file without a name (Linux): what only one child may read, handed over as an inherited descriptor. Nobody else can change it, and
/// unlike an argument it does not show in process lists.
/// </summary>
internal static partial class MemoryFile
{
    private const uint CloseOnExec = 1;

    /// <exception cref="Win32Exception">The kernel refused.</exception>
    public static SafeFileHandle Of(ReadOnlySpan<byte> content)
    {
        var descriptor = Create("pryx", CloseOnExec);
        if (descriptor < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "memfd_create");
        }
        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.Write(file, content, 0); // The position stays at the beginning, where the child reads.
        return file;
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Create(string name, uint flags);
}
