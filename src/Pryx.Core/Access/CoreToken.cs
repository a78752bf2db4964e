using System.Security.Cryptography;
using System.Text;
using Pryx.Core.Storage;

namespace Pryx.Core.Access;

/// <summary>
/// The token of this machine's user, in <c>core.token</c> (0600): made once, kept until it is rotated, so that clients live on over restarts.
/// </summary>
public sealed class CoreToken(string path)
{
    private const int Shortest = 32;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private volatile Current _current = new([], default, new CancellationTokenSource());

    /// <summary>Cancelled when this token stops being valid.</summary>
    public CancellationToken Revoked => _current.Alive.Token;

    /// <summary>Reads it, or makes it when there is none.</summary>
    /// <param name="onWarning">Told when others could have read it.</param>
    /// <exception cref="Protocol.Errors.PryxException">STORAGE_…: the file can be neither read nor made.</exception>
    public async Task EnsureAsync(Action<string> onWarning, CancellationToken cancellationToken)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && File.Exists(path) && File.GetUnixFileMode(path) is var mode && (mode & ~OwnerOnly) != 0)
            {
                File.SetUnixFileMode(path, OwnerOnly);
                onWarning($"{path} was open to others (mode {Convert.ToString((int)mode, 8)}) and is private again. If somebody may have read it, make a new one: pryx token rotate");
            }
            var isThere = File.Exists(path);
            if (await ReadAsync(cancellationToken) is null)
            {
                Make(isThere);
            }
            Take(await ReadAsync(cancellationToken) ?? throw new IOException("core.token does not keep what is written to it"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageErrors.Translate(e, path);
        }
    }

    /// <summary>In constant time, whatever is given.</summary>
    public bool Is(string token) => CryptographicOperations.FixedTimeEquals(HashOf(token), _current.Hash);

    /// <summary>As <see cref="Is"/>, after looking whether another process has rotated it.</summary>
    public async Task<bool> IsByNowAsync(string token, CancellationToken cancellationToken)
    {
        try
        {
            if (File.GetLastWriteTimeUtc(path) == _current.WrittenAt || await ReadAsync(cancellationToken) is not { } text)
            {
                return false;
            }
            Take(text);
            return Is(token);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // What was read before holds.
        }
    }

    /// <summary>Another one takes its place, on disk and here, and whoever uses the old one is cut off.</summary>
    /// <exception cref="Protocol.Errors.PryxException">STORAGE_…: the old one holds.</exception>
    public void Rotate()
    {
        var text = New();
        try
        {
            PrivateFile.Replace(path, Encoding.UTF8.GetBytes(text));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageErrors.Translate(e, path);
        }
        Take(text);
    }

    /// <summary>That this gateway knows it (<see cref="TokenProof"/>).</summary>
    public string Prove(string challenge, string host) => TokenProof.Of(_current.Hash, challenge, host);

    /// <summary>256 bits that can be part of a URL.</summary>
    public static string New() => "pryx_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    internal static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private async Task<string?> ReadAsync(CancellationToken cancellationToken) =>
        File.Exists(path) && (await File.ReadAllTextAsync(path, cancellationToken)).Trim() is { Length: >= Shortest } text ? text : null;

    // Two processes may find none at once: the file of the first holds. One that is there and no token gives way.
    private void Make(bool isThere)
    {
        var mine = $"{path}.{Guid.NewGuid():N}.tmp";
        PrivateFile.Replace(mine, Encoding.UTF8.GetBytes(New()));
        try
        {
            File.Move(mine, path, overwrite: isThere);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(mine);
        }
    }

    private void Take(string text)
    {
        var old = _current;
        var isSame = HashOf(text).AsSpan().SequenceEqual(old.Hash);
        _current = new(HashOf(text), File.GetLastWriteTimeUtc(path), isSame ? old.Alive : new CancellationTokenSource());
        if (!isSame)
        {
            _ = old.Alive.CancelAsync();
        }
    }

    private sealed record Current(byte[] Hash, DateTime WrittenAt, CancellationTokenSource Alive);
}
