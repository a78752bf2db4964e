using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Core.Secrets;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Backup;

/// <summary>The keys and tokens of a backup, under a passphrase: AES-256-GCM, the key by PBKDF2 as the vault's.</summary>
internal static class BackupSecrets
{
    /// <summary>Characters.</summary>
    private const int LeastLength = 8;
    private static ReadOnlySpan<byte> Purpose => "pryx-backup-secrets-1"u8;

    /// <exception cref="PryxException">PASSPHRASE_SHORT; what the store says.</exception>
    public static async Task<byte[]> SealAsync(ISecretStore secrets, string passphrase, CancellationToken cancellationToken)
    {
        if (passphrase.Length < LeastLength)
        {
            throw new PryxException("PASSPHRASE_SHORT", $"The passphrase has less than {LeastLength} characters.", "choose one that nobody guesses: whoever has the file can try as often as they like");
        }
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in await secrets.ListAsync(cancellationToken))
        {
            if (await secrets.GetAsync(name, cancellationToken) is { } value)
            {
                values[name] = value;
            }
        }
        var salt = RandomNumberGenerator.GetBytes(VaultCipher.SaltBytes);
        var nonce = RandomNumberGenerator.GetBytes(VaultCipher.NonceBytes);
        var key = VaultCipher.DeriveKey(passphrase, salt, VaultCipher.Iterations);
        var plain = JsonSerializer.SerializeToUtf8Bytes(values, BackupSecretsJson.Default.DictionaryStringString);
        try
        {
            var sealedValues = VaultCipher.Encrypt(key, nonce, plain, Purpose.ToArray());
            return JsonSerializer.SerializeToUtf8Bytes(new SealedSecrets(VaultCipher.Iterations, salt, nonce, sealedValues), BackupSecretsJson.Default.SealedSecrets);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <exception cref="PryxException">PASSPHRASE_WRONG: that, or the file was changed.</exception>
    public static IReadOnlyDictionary<string, string> Open(ReadOnlySpan<byte> file, string passphrase)
    {
        try
        {
            var sealedSecrets = JsonSerializer.Deserialize(file, BackupSecretsJson.Default.SealedSecrets) ?? throw new JsonException();
            if (sealedSecrets.Iterations is < 1 or > VaultCipher.MaxIterations)
            {
                throw new CryptographicException();
            }
            var key = VaultCipher.DeriveKey(passphrase, sealedSecrets.Salt, sealedSecrets.Iterations);
            try
            {
                var plain = VaultCipher.Decrypt(key, sealedSecrets.Nonce, sealedSecrets.Data, Purpose.ToArray());
                return JsonSerializer.Deserialize(plain, BackupSecretsJson.Default.DictionaryStringString) ?? [];
            }
            finally
            {
                CryptographicOperations.ZeroMemory(key);
            }
        }
        catch (Exception e) when (e is CryptographicException or JsonException or ArgumentException)
        {
            throw new PryxException("PASSPHRASE_WRONG", "The secrets of this backup can not be opened: the passphrase is another one, or they were changed.", "try again, or leave them: pryx provider add NAME sets a key anew", e);
        }
    }
}

internal sealed record SealedSecrets(int Iterations, byte[] Salt, byte[] Nonce, byte[] Data);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SealedSecrets))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class BackupSecretsJson : JsonSerializerContext;
