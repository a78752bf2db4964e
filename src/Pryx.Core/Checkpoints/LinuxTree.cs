using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Pryx.Core.Files;

namespace Pryx.Core.Checkpoints;

/// <summary>By descriptors of parent folders that were opened without following any link: swapping one for a link meanwhile changes nothing.</summary>
internal sealed class LinuxTree(BlobStore blobs, long maxFileBytes) : Tree(blobs, maxFileBytes)
{
    private const int RemoveFolder = 0x200, NewFileMode = 0x180;

    public override PathState See(string path, Look look)
    {
        using var folder = LinuxCalls.OpenWithoutLinks(Parent(path), LinuxCalls.PathOnly | LinuxCalls.Directory);
        if (folder is null)
        {
            return Marshal.GetLastPInvokeError() is LinuxCalls.Enoent or LinuxCalls.Enotdir or LinuxCalls.Eloop ? PathState.Absent : throw Failure(path);
        }
        var name = Path.GetFileName(path);
        if (!LinuxCalls.Stat(folder, name, out var stat))
        {
            return Marshal.GetLastPInvokeError() == LinuxCalls.Enoent ? PathState.Absent : throw Failure(path);
        }
        var facts = stat.ToFacts();
        var owner = string.Create(CultureInfo.InvariantCulture, $"{stat.User}:{stat.Group}");
        return facts.Kind switch
        {
            FileKind.Folder => new(PathKind.Folder, facts.Mode, Owner: owner),
            FileKind.Link => new(PathKind.Link, Target: LinuxCalls.ReadLink(folder, name) ?? throw Failure(path)),
            FileKind.Regular => new(PathKind.File, facts.Mode, facts.Size, look == Look.Facts ? null : ContentOf(folder, name, path, facts, look == Look.Keep), Owner: owner) { SharedAs = stat.Names > 1 ? stat.Inode : 0 },
            _ => new(PathKind.Other),
        };
    }

    private string ContentOf(SafeFileHandle folder, string name, string path, FileFacts facts, bool keep)
    {
        if (facts.Size > MaxFileBytes)
        {
            return Mark(facts.Stamp.Modified);
        }
        using var file = LinuxCalls.OpenAt(folder, name, LinuxCalls.ReadOnly | LinuxCalls.NonBlocking | LinuxCalls.NoTerminal) ?? throw Failure(path);
        return Blobs.Hash(file, facts.Size, keep);
    }

    public override void Remove(string path, PathKind kind)
    {
        using var folder = Open(Parent(path), path);
        if (LinuxCalls.Unlink(folder, Path.GetFileName(path), kind == PathKind.Folder ? RemoveFolder : 0) != 0 && Marshal.GetLastPInvokeError() != LinuxCalls.Enoent)
        {
            throw Failure(path);
        }
    }

    public override void MakeFolder(string path, PathState state)
    {
        if (See(path, Look.Facts).Kind != PathKind.Folder)
        {
            Above(path);
            using var folder = Open(Parent(path), path);
            if (LinuxCalls.MakeFolder(folder, Path.GetFileName(path), 0x1C0) != 0)
            {
                throw Failure(path);
            }
        }
        SetMode(path, state with { Mode = state.Mode | 0x1C0 }); // What comes back into it must be let in; its own mode is set when that is done.
    }

    public override void Put(string path, PathState state)
    {
        Above(path);
        using var folder = Open(Parent(path), path);
        var temporary = $".pryx-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.tmp";
        try
        {
            if (state.Kind == PathKind.Link)
            {
                if (LinuxCalls.MakeLink(state.Target!, folder, temporary) != 0)
                {
                    throw Failure(path);
                }
            }
            else
            {
                // A file with other names was changed under all of them: it is put back where it is, for those that no path here leads to.
                var isShared = LinuxCalls.Stat(folder, Path.GetFileName(path), out var there) && there.ToFacts().Kind == FileKind.Regular && there.Names > 1;
                using var file = (isShared
                    ? LinuxCalls.OpenAt(folder, Path.GetFileName(path), LinuxCalls.WriteOnly | LinuxCalls.NonBlocking | LinuxCalls.NoTerminal)
                    : LinuxCalls.OpenAt(folder, temporary, LinuxCalls.WriteOnly | LinuxCalls.Create | LinuxCalls.Exclusive, NewFileMode)) ?? throw Failure(path);
                Fill(file, state, path);
                Dress(file, state, path);
                if (LinuxCalls.Sync(file) != 0)
                {
                    throw Failure(path);
                }
                if (isShared)
                {
                    return;
                }
            }
            if (LinuxCalls.Rename(folder, temporary, folder, Path.GetFileName(path)) != 0)
            {
                throw Failure(path);
            }
        }
        catch
        {
            _ = LinuxCalls.Unlink(folder, temporary, 0);
            throw;
        }
    }

    private void Fill(SafeFileHandle file, PathState state, string path)
    {
        using var blob = Blobs.Open(state.Content!);
        if (blob.Length != state.Size)
        {
            throw new IOException($"the remembered bytes of {path} are incomplete");
        }
        var buffer = new byte[128 * 1024];
        long at = 0;
        for (int read; (read = blob.Read(buffer)) > 0; at += read)
        {
            RandomAccess.Write(file, buffer.AsSpan(0, read), at);
        }
        RandomAccess.SetLength(file, at);
    }

    public override void SetMode(string path, PathState state)
    {
        using var folder = Open(Parent(path), path);
        // Without O_PATH nothing can be changed by its descriptor; a file that may not even be read is changed by its name, which is no link.
        using var file = LinuxCalls.OpenAt(folder, Path.GetFileName(path), LinuxCalls.ReadOnly | LinuxCalls.NonBlocking | LinuxCalls.NoTerminal);
        if (file is not null)
        {
            Dress(file, state, path);
            return;
        }
        using var closed = LinuxCalls.OpenAt(folder, Path.GetFileName(path), LinuxCalls.PathOnly) ?? throw Failure(path);
        if (!LinuxCalls.Stat(closed, "", out var stat) || stat.ToFacts().Kind is not (FileKind.Regular or FileKind.Folder) || LinuxCalls.SetModeOf($"/proc/self/fd/{(int)closed.DangerousGetHandle()}", (uint)state.Mode) != 0)
        {
            throw Failure(path);
        }
    }

    private static void Dress(SafeFileHandle file, PathState state, string path)
    {
        var owner = state.Owner.Split(':');
        if (owner.Length == 2)
        {
            // Only root may give files away.
            _ = LinuxCalls.SetOwner(file, uint.Parse(owner[0], CultureInfo.InvariantCulture), uint.Parse(owner[1], CultureInfo.InvariantCulture));
        }
        if (LinuxCalls.SetMode(file, (uint)state.Mode) != 0)
        {
            throw Failure(path);
        }
    }

    private static void Above(string path)
    {
        using var there = LinuxCalls.OpenWithoutLinks(Parent(path), LinuxCalls.PathOnly | LinuxCalls.Directory);
        if (there is null && Marshal.GetLastPInvokeError() == LinuxCalls.Enoent)
        {
            Disk.Local.MakeFolder(Parent(path));
        }
    }

    private static SafeFileHandle Open(string folder, string path) => LinuxCalls.OpenWithoutLinks(folder, LinuxCalls.PathOnly | LinuxCalls.Directory) ?? throw Failure(path);

    private static string Parent(string path) => Path.GetDirectoryName(path) ?? "/";

    private static Exception Failure(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        var message = error switch
        {
            LinuxCalls.Eloop => $"a part of {path} is a symbolic link now",
            LinuxCalls.Enotdir => $"a part of {path} is no folder now",
            LinuxCalls.Enospc => $"the disk is full: {path}",
            _ => $"{Marshal.GetPInvokeErrorMessage(error)}: {path}",
        };
        return error is LinuxCalls.Eacces or LinuxCalls.Eperm or LinuxCalls.Erofs ? new UnauthorizedAccessException(message) : new IOException(message);
    }
}
