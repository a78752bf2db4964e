using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pryx.Core.Mcp.Auth;

/// <summary>A client proves who it is by signing (<c>private_key_jwt</c>, RFC 7523): the key never leaves this machine.</summary>
internal static class ClientAssertion
{
    public const string Type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    public static bool IsKey(string secret) => secret.TrimStart().StartsWith("-----BEGIN ", StringComparison.Ordinal);

    /// <param name="pem">An EC key on P-256, P-384 or P-521 (ES256, ES384, ES512) or an RSA key (RS256), without a passphrase.</param>
    /// <exception cref="CryptographicException">It is no such key.</exception>
    public static string Create(string pem, string client, string issuer, DateTimeOffset now)
    {
        try
        {
            using var curve = ECDsa.Create();
            curve.ImportFromPem(pem);
            var (name, hash) = curve.KeySize switch
            {
                256 => ("ES256", HashAlgorithmName.SHA256),
                384 => ("ES384", HashAlgorithmName.SHA384),
                521 => ("ES512", HashAlgorithmName.SHA512),
                var bits => throw new CryptographicException($"There is no signature for a curve of {bits} bits."),
            };
            return Sign(name, client, issuer, now, data => curve.SignData(data, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        }
        catch (Exception e) when (e is ArgumentException || (e is CryptographicException && pem.Contains("RSA", StringComparison.Ordinal)) || IsOtherKey(e, pem))
        {
            return SignWithRsa(pem, client, issuer, now);
        }
    }

    // A PKCS#8 file says what it is only inside.
    private static bool IsOtherKey(Exception e, string pem) => e is CryptographicException && pem.Contains("BEGIN PRIVATE KEY", StringComparison.Ordinal);

    private static string SignWithRsa(string pem, string client, string issuer, DateTimeOffset now)
    {
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
        }
        catch (ArgumentException e)
        {
            throw new CryptographicException("It is no private key in PEM, or it has a passphrase.", e);
        }
        return Sign("RS256", client, issuer, now, data => rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static string Sign(string algorithm, string client, string issuer, DateTimeOffset now, Func<byte[], byte[]> sign)
    {
        var head = Part(writer =>
        {
            writer.WriteString("alg", algorithm);
            writer.WriteString("typ", "JWT");
        });
        var claims = Part(writer =>
        {
            writer.WriteString("iss", client);
            writer.WriteString("sub", client);
            writer.WriteString("aud", issuer);
            writer.WriteString("jti", Guid.NewGuid().ToString("N"));
            writer.WriteNumber("iat", now.ToUnixTimeSeconds());
            writer.WriteNumber("exp", (now + Lifetime).ToUnixTimeSeconds());
        });
        var text = $"{head}.{claims}";
        return $"{text}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(text)))}";
    }

    private static string Part(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        return Base64Url.EncodeToString(bytes.ToArray());
    }
}
