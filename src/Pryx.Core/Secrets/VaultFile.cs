using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Secrets;

/// <summary>The bytes of the vault: a readable JSON header, and everything else, names too, in one encrypted block.</summary>
/// <param name="Salt">Null when the key comes from the key file.</param>
internal sealed record VaultFile(byte[]? Salt, int Iterations, byte[] Nonce, byte[] Data)
{
    private const int Version = 1;

    public bool HasPassphrase => Salt is not null;

    /// <summary>Bound to the data, so that nobody can trade the key derivation for a cheaper one.</summary>
    public byte[] Header => HeaderOf(Salt, Iterations);

    private static byte[] HeaderOf(byte[]? salt, int iterations) => Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"pryx-vault|{Version}|aes-256-gcm|{(salt is null ? "key-file" : "pbkdf2-sha256")}|{iterations}|{(salt is null ? "" : Convert.ToBase64String(salt))}"));

    public static VaultFile Seal(SortedDictionary<string, string> secrets, byte[] key, byte[]? salt, int iterations)
    {
        var nonce = RandomNumberGenerator.GetBytes(VaultCipher.NonceBytes);
        var plain = Write(writer =>
        {
            foreach (var (name, value) in secrets)
            {
                writer.WriteString(name, value);
            }
        });
        try
        {
            return new(salt, iterations, nonce, VaultCipher.Encrypt(key, nonce, plain, HeaderOf(salt, iterations)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <exception cref="CryptographicException">The key is wrong or something was changed.</exception>
    public SortedDictionary<string, string> Open(byte[] key)
    {
        var plain = VaultCipher.Decrypt(key, Nonce, Data, Header);
        try
        {
            var secrets = new SortedDictionary<string, string>(StringComparer.Ordinal);
            using var document = JsonDocument.Parse(plain);
            foreach (var secret in document.RootElement.EnumerateObject())
            {
                secrets[secret.Name] = secret.Value.GetString()!;
            }
            return secrets;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    public byte[] ToBytes() => Write(writer =>
    {
        writer.WriteNumber("version", Version);
        writer.WriteString("cipher", "aes-256-gcm");
        writer.WriteString("key", HasPassphrase ? "pbkdf2-sha256" : "key-file");
        if (Salt is not null)
        {
            writer.WriteNumber("iterations", Iterations);
            writer.WriteBase64String("salt", Salt);
        }
        writer.WriteBase64String("nonce", Nonce);
        writer.WriteBase64String("data", Data);
    });

    /// <exception cref="PryxException">VAULT_UNREADABLE: not a vault, or one of a later version. The bytes are never part of the message.</exception>
    public static VaultFile Parse(byte[] bytes, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
            {
                throw new PryxException("VAULT_UNREADABLE", $"The vault {path} was written by a later version of Pryx.", "Update Pryx; the file was left as it is.");
            }
            var hasPassphrase = root.GetProperty("key").GetString() == "pbkdf2-sha256";
            var iterations = hasPassphrase ? root.GetProperty("iterations").GetInt32() : 0;
            var file = new VaultFile(
                hasPassphrase ? root.GetProperty("salt").GetBytesFromBase64() : null, iterations,
                root.GetProperty("nonce").GetBytesFromBase64(), root.GetProperty("data").GetBytesFromBase64());
            return file.Nonce.Length == VaultCipher.NonceBytes && (!hasPassphrase || iterations is > 0 and <= VaultCipher.MaxIterations)
                ? file
                : throw Unreadable(path);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Unreadable(path);
        }
    }

    private static PryxException Unreadable(string path) => new(
        "VAULT_UNREADABLE", $"The file {path} is not a Pryx vault, or it is damaged.", "Restore it from a backup, or move it away and set the keys again with 'pryx provider set-key NAME'. It was left as it is.");

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            content(writer);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
