using System.Security.Cryptography;
using System.Text;
using Pryx.Core.Secrets;

namespace Pryx.Core.Access;

/// <summary>
/// The token of this machine's user, in <c>core.token</c> (0600): made once, kept until it is rotated, so that clients live on over restarts.
/// </summary>
public sealed class CoreToken(string path)
{
    private byte[] _hash = [];

    /// <summary>Reads it, or makes it when there is none.</summary>
    public async Task<CoreToken> EnsureAsync(CancellationToken cancellationToken)
    {
        var text = File.Exists(path) ? (await File.ReadAllTextAsync(path, cancellationToken)).Trim() : "";
        if (text.Length < 32)
        {
            text = New();
            PrivateFile.Replace(path, Encoding.UTF8.GetBytes(text));
        }
        _hash = HashOf(text);
        return this;
    }

    /// <summary>In constant time, whatever is given.</summary>
    public bool Is(string token) => CryptographicOperations.FixedTimeEquals(HashOf(token), _hash);

    /// <summary>That this gateway knows it (<see cref="TokenProof"/>).</summary>
    public string Prove(string challenge, string host) => TokenProof.Of(_hash, challenge, host);

    /// <summary>256 bits that can be part of a URL.</summary>
    public static string New() => "pryx_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    internal static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
