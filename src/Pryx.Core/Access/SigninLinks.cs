using System.Security.Cryptography;
using System.Text;
using Pryx.Core.Http;

namespace Pryx.Core.Access;

/// <summary>Codes that sign one browser in: 256 bits, for two minutes, once. Only their hashes are kept, and only in memory.</summary>
public sealed class SigninLinks(TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);
    private const int MostWaiting = 32;
    private readonly object _gate = new();
    private readonly Dictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);

    /// <param name="maker">The browser gets no more than this caller has, and ends with it.</param>
    public (string Code, DateTimeOffset ExpiresAt) Make(Caller maker)
    {
        var code = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var expires = time.GetUtcNow() + Lifetime;
        lock (_gate)
        {
            foreach (var (hash, waiting) in _waiting)
            {
                if (waiting.ExpiresAt <= time.GetUtcNow())
                {
                    _waiting.Remove(hash);
                }
            }
            if (_waiting.Count >= MostWaiting)
            {
                _waiting.Remove(_waiting.MinBy(pair => pair.Value.ExpiresAt).Key);
            }
            _waiting[HashOf(code)] = new(maker, expires);
        }
        return (code, expires);
    }

    /// <returns>Who made the link; null when it was used, has expired or never was.</returns>
    public Caller? Redeem(string code)
    {
        lock (_gate)
        {
            return _waiting.Remove(HashOf(code), out var waiting) && waiting.ExpiresAt > time.GetUtcNow() && !waiting.Maker.Revoked.IsCancellationRequested ? waiting.Maker : null;
        }
    }

    private static string HashOf(string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code)));

    private sealed record Waiting(Caller Maker, DateTimeOffset ExpiresAt);
}
