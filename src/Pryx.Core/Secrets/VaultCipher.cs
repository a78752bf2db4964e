using System.Security.Cryptography;
using System.Text;

namespace Pryx.Core.Secrets;

/// <summary>AES-256-GCM (NIST SP 800-38D): a fresh 96-bit nonce for every write, a 128-bit tag, and the header as associated data.</summary>
internal static class VaultCipher
{
    public const int KeyBytes = 32;
    public const int NonceBytes = 12;
    public const int SaltBytes = 16;
    private const int TagBytes = 16;

    /// <summary>What OWASP asks of PBKDF2-HMAC-SHA256; about 150 ms.</summary>
    public const int Iterations = 600_000;

    /// <summary>A file that asks for more is not ours, and would only burn time.</summary>
    public const int MaxIterations = 10_000_000;

    public static byte[] DeriveKey(string passphrase, byte[] salt, int iterations)
    {
        // The same passphrase typed on another system may arrive in another composition.
        var bytes = Encoding.UTF8.GetBytes(passphrase.Normalize(NormalizationForm.FormC));
        try
        {
            return Rfc2898DeriveBytes.Pbkdf2(bytes, salt, iterations, HashAlgorithmName.SHA256, KeyBytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>The tag is appended to the ciphertext.</summary>
    public static byte[] Encrypt(byte[] key, byte[] nonce, byte[] plain, byte[] header)
    {
        var sealedBytes = new byte[plain.Length + TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, plain, sealedBytes.AsSpan(0, plain.Length), sealedBytes.AsSpan(plain.Length), header);
        return sealedBytes;
    }

    /// <exception cref="CryptographicException">The key is wrong or something was changed.</exception>
    public static byte[] Decrypt(byte[] key, byte[] nonce, byte[] sealedBytes, byte[] header)
    {
        if (sealedBytes.Length < TagBytes)
        {
            throw new CryptographicException("Too short.");
        }
        var plain = new byte[sealedBytes.Length - TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(nonce, sealedBytes.AsSpan(0, plain.Length), sealedBytes.AsSpan(plain.Length), plain, header);
        return plain;
    }
}
