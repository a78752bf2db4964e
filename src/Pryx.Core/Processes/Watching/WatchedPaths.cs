using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Pryx.Agent.Tools;

namespace Pryx.Core.Processes.Watching;

/// <summary>
/// Which paths a waiting system call is about, as the process sees them: from its own root (a sandbox has another one), its folder and
/// its descriptors. A path that reaches the workspace through links is found where it ends.
/// </summary>
internal sealed class WatchedPaths(string root, ICallMemory memory)
{
    private const int MaxPath = 4096, MaxLinks = 20, SymlinkNumber = 88;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly byte[] _buffer = new byte[MaxPath];

    private readonly record struct Target(string Path, PathChange Change, bool Follows);

    /// <param name="stillWaits">What was read is about this call: the process has not gone meanwhile.</param>
    public void Remember(WatchCalls.Notification call, Func<bool> stillWaits)
    {
        try
        {
            var targets = Read(call);
            if (!stillWaits())
            {
                return;
            }
            foreach (var target in targets)
            {
                if (Resolve(call.Process, target.Path, target.Follows, 0) is { } path)
                {
                    memory.Before(path, target.Change);
                }
            }
        }
        catch (Exception e) when (e is WatchException or DecoderFallbackException)
        {
            memory.Missed("a change by a command", e is WatchException ? e.Message : "its name is not UTF-8");
        }
    }

    private List<Target> Read(WatchCalls.Notification call) => WatchFilter.Calls[call.Call] switch
    {
        WatchedCall.Open => [new(AtFolder(call, call.First), PathChange.Content, Follows(call.Second))],
        WatchedCall.OpenAt => [new(At(call, call.First, call.Second), PathChange.Content, Follows(call.Third))],
        WatchedCall.OpenAt2 => OfOpenHow(call),
        WatchedCall.Create or WatchedCall.Truncate => [new(AtFolder(call, call.First), PathChange.Content, true)],
        WatchedCall.Unlink or WatchedCall.Make => [new(AtFolder(call, call.First), PathChange.Content, false)],
        WatchedCall.UnlinkAt or WatchedCall.MakeAt => [new(At(call, call.First, call.Second), PathChange.Content, false)],
        WatchedCall.Rename => [new(AtFolder(call, call.First), PathChange.Tree, false), new(AtFolder(call, call.Second), PathChange.Tree, false)],
        WatchedCall.RenameAt => [new(At(call, call.First, call.Second), PathChange.Tree, false), new(At(call, call.Third, call.Fourth), PathChange.Tree, false)],
        // Both names are one file from then on: what is written to one changes the other.
        WatchedCall.Link when call.Call == SymlinkNumber => [new(AtFolder(call, call.Second), PathChange.Content, false)],
        WatchedCall.Link => [new(AtFolder(call, call.First), PathChange.Content, false), new(AtFolder(call, call.Second), PathChange.Content, false)],
        WatchedCall.LinkAt => [new(At(call, call.First, call.Second), PathChange.Content, (call.Fifth & 0x400) != 0), new(At(call, call.Third, call.Fourth), PathChange.Content, false)],
        WatchedCall.SymlinkAt => [new(At(call, call.Second, call.Third), PathChange.Content, false)],
        WatchedCall.Mode => [new(AtFolder(call, call.First), PathChange.Mode, true)],
        WatchedCall.ModeAt => [new(At(call, call.First, call.Second), PathChange.Mode, true)],
        WatchedCall.ModeOfDescriptor => OfDescriptor(call.Process, (int)call.First) is { } path ? [new(path, PathChange.Mode, false)] : [],
        _ => [],
    };

    private static bool Follows(ulong flags)
    {
        const ulong Exclusive = 0x80 | 0x40;
        var noFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000ul : 0x20000ul;
        return (flags & noFollow) == 0 && (flags & Exclusive) != Exclusive;
    }

    private List<Target> OfOpenHow(WatchCalls.Notification call)
    {
        var flags = WatchCalls.ReadNumber(call.Process, call.Third) ?? throw new WatchException("its arguments could not be read");
        return (flags & WatchFilter.Writes) == 0 ? [] : [new(At(call, call.First, call.Second), PathChange.Content, Follows(flags))];
    }

    private string AtFolder(WatchCalls.Notification call, ulong address) => At(call, unchecked((ulong)-100), address);

    private string At(WatchCalls.Notification call, ulong folder, ulong address)
    {
        var length = WatchCalls.ReadText(call.Process, address, _buffer);
        if (length < 0)
        {
            // A bad address fails for the caller as well; anything else would be ours to know.
            throw new WatchException("its arguments could not be read");
        }
        var path = Strict.GetString(_buffer, 0, length);
        if (path.StartsWith('/'))
        {
            return OfProc(call.Process, path);
        }
        var from = (int)folder == -100 ? Link($"/proc/{call.Process}/cwd") : OfDescriptor(call.Process, (int)folder);
        return from is null ? "" : path.Length == 0 ? from : $"{from}/{path}";
    }

    // The kernel's own links mean the process that follows them, which we are not.
    private string OfProc(uint process, string path)
    {
        foreach (var (own, real) in (ReadOnlySpan<(string, string)>)[("/dev/stdin", "fd/0"), ("/dev/stdout", "fd/1"), ("/dev/stderr", "fd/2")])
        {
            if (path == own)
            {
                return Link($"/proc/{process}/{real}") ?? "";
            }
        }
        var rest = path.StartsWith("/dev/fd/", StringComparison.Ordinal) ? "fd/" + path["/dev/fd/".Length..]
            : path.StartsWith("/proc/self/", StringComparison.Ordinal) ? path["/proc/self/".Length..]
            : path.StartsWith("/proc/thread-self/", StringComparison.Ordinal) ? path["/proc/thread-self/".Length..]
            : null;
        if (rest is null)
        {
            return path;
        }
        var parts = rest.Split('/', rest.StartsWith("fd/", StringComparison.Ordinal) ? 3 : 2);
        var link = parts[0] == "fd" && parts.Length > 1 ? $"fd/{parts[1]}" : parts[0];
        return Link($"/proc/{process}/{link}") is { } target && target.StartsWith('/') ? parts.Length > (parts[0] == "fd" ? 2 : 1) ? $"{target}/{parts[^1]}" : target : path;
    }

    private string? OfDescriptor(uint process, int descriptor) => Link($"/proc/{process}/fd/{descriptor}") is { } path && path.StartsWith('/') ? path : null;

    private string? Link(string path)
    {
        var length = WatchCalls.ReadLink(path, _buffer);
        return length is <= 0 or MaxPath ? null : Strict.GetString(_buffer, 0, length);
    }

    /// <returns>Null when it is not in the workspace, or the call can do nothing.</returns>
    private string? Resolve(uint process, string path, bool follows, int links)
    {
        if (path is "" or "/dev/null" or "/dev/tty" || links > MaxLinks)
        {
            return null;
        }
        using var top = WatchCalls.OpenPath($"/proc/{process}/root");
        if (top is null)
        {
            throw new WatchException($"{path}: its process could not be looked at");
        }
        path = path.TrimEnd('/');
        var slash = path.LastIndexOf('/');
        var (folder, name) = slash <= 0 ? ("/", path.TrimStart('/')) : (path[..slash], path[(slash + 1)..]);
        if (name is "." or ".." or "")
        {
            using var itself = WatchCalls.OpenIn(top, path.Length == 0 ? "/" : path, isFolder: false);
            return itself is null ? null : Inside(PathOf(itself));
        }
        using var parent = WatchCalls.OpenIn(top, folder, isFolder: true);
        if (parent is null)
        {
            return Marshal.GetLastPInvokeError() is WatchCalls.Enoent or WatchCalls.Enotdir ? null
                : Inside(path) is null ? null
                : throw new WatchException($"{path} could not be looked at");
        }
        if (PathOf(parent) is not { } real)
        {
            return null;
        }
        if (follows)
        {
            var length = WatchCalls.ReadLink(parent, name, _buffer);
            if (length > 0)
            {
                var target = Strict.GetString(_buffer, 0, length);
                return Resolve(process, target.StartsWith('/') ? OfProc(process, target) : $"{real}/{target}", true, links + 1);
            }
        }
        return Inside(real == "/" ? $"/{name}" : $"{real}/{name}");
    }

    private string? PathOf(SafeFileHandle handle) => Link($"/proc/self/fd/{(int)handle.DangerousGetHandle()}") is { } path && path.StartsWith('/') && !path.EndsWith(" (deleted)", StringComparison.Ordinal) ? path : null;

    private string? Inside(string? path) => path is not null && path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/' || root == "/") ? path : null;

    private sealed class WatchException(string message) : Exception(message);
}
