using System.Security.Cryptography;
using System.Text;

namespace Pryx.Core.Access;

/// <summary>
/// How a gateway shows that it is the one whose <c>core.token</c> a client has read, before that client sends the token: an HMAC over the
/// client's challenge and the address it called. The address keeps another program from passing the challenge on to the real gateway.
/// </summary>
public static class TokenProof
{
    /// <summary>Of the request to <c>/health</c>: up to 64 characters, new each time.</summary>
    public const string Challenge = "X-Pryx-Challenge";

    /// <summary>Of its answer.</summary>
    public const string Proof = "X-Pryx-Proof";

    /// <param name="host">As in the Host header of the request.</param>
    public static bool Holds(string proof, string token, string challenge, string host) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(proof), Encoding.ASCII.GetBytes(Of(CoreToken.HashOf(token), challenge, host)));

    internal static string Of(byte[] tokenHash, string challenge, string host) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(tokenHash, Encoding.UTF8.GetBytes($"pryx-core\n{challenge}\n{host}")));
}
