using System.Security.Cryptography;
using System.Text.Json;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Secrets;

/// <summary>
/// Secrets in one encrypted file, for machines without a keychain. The file is read anew for every call, so that two processes
/// see each other's changes, and replaced as a whole under a lock. What can not be opened is left exactly as it is.
/// </summary>
public sealed class FileVault(VaultOptions options, TimeProvider time) : ISecretStore
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Deriving costs 150 ms: once a process for each salt.
    private DerivedKey? _derived;

    public string Description => $"vault {options.Path}";

    public async Task<string?> GetAsync(string name, CancellationToken cancellationToken) =>
        (await ReadAsync(cancellationToken)).GetValueOrDefault(name);

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await ReadAsync(cancellationToken)).Keys];

    /// <exception cref="PryxException">SECRET_INVALID: an empty name or value.</exception>
    public async Task SetAsync(string name, string value, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(name) || value.Length == 0)
        {
            throw new PryxException("SECRET_INVALID", "A secret needs a name and a value that is not empty.");
        }
        await ChangeAsync(secrets =>
        {
            var isNew = !secrets.TryGetValue(name, out var old) || old != value;
            secrets[name] = value;
            return isNew;
        }, cancellationToken);
    }

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        ChangeAsync(secrets => secrets.Remove(name), cancellationToken);

    private async Task<SortedDictionary<string, string>> ReadAsync(CancellationToken cancellationToken) =>
        await LoadAsync(cancellationToken) is { } file ? OpenFile(file) : new(StringComparer.Ordinal);

    private async Task<VaultFile?> LoadAsync(CancellationToken cancellationToken)
    {
        // A missing vault is the usual case, and costs one look.
        if (!File.Exists(options.Path))
        {
            return null;
        }
        try
        {
            return VaultFile.Parse(await File.ReadAllBytesAsync(options.Path, cancellationToken), options.Path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new PryxException("VAULT_UNREADABLE", $"The vault {options.Path} can not be read: {e.Message}", "Check who owns the file and its rights (0600).", e);
        }
    }

    private async Task<bool> ChangeAsync(Func<SortedDictionary<string, string>, bool> change, CancellationToken cancellationToken)
    {
        try
        {
            CreateDirectory(options.Path);
            CreateDirectory(options.KeyPath);
            CreateDirectory(options.ReferencesPath);
            await using var held = await PrivateFile.LockAsync(options.Path + ".lock", Patience, time, cancellationToken);
            var file = await LoadAsync(cancellationToken);
            var secrets = file is null ? new(StringComparer.Ordinal) : OpenFile(file);
            if (!change(secrets))
            {
                return false;
            }
            var salt = file is null ? NewSalt() : file.Salt;
            var iterations = file?.Iterations ?? (salt is null ? 0 : VaultCipher.Iterations);
            var key = salt is null ? ReadKey() ?? CreateKey() : Derive(salt, iterations);
            PrivateFile.Replace(options.Path, VaultFile.Seal(secrets, key, salt, iterations).ToBytes());
            // A name that was in the keychain and is set again without it means this value from now on.
            var inKeychain = SecretReferences.Read(options.ReferencesPath).InKeychain.Where(name => !secrets.ContainsKey(name));
            new SecretReferences(secrets.Keys.ToHashSet(StringComparer.Ordinal), inKeychain.ToHashSet(StringComparer.Ordinal)).Write(options.ReferencesPath);
            return true;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException or TimeoutException)
        {
            throw new PryxException("VAULT_UNWRITABLE", $"The vault {options.Path} can not be written: {e.Message}", "Check the folder's rights and the free space; the vault is as it was.", e);
        }
    }

    private SortedDictionary<string, string> OpenFile(VaultFile file)
    {
        if (file.HasPassphrase && options.Passphrase is null)
        {
            throw new PryxException("VAULT_LOCKED", $"The vault {options.Path} is locked with a passphrase.", "Set PRYX_VAULT_PASSPHRASE.");
        }
        var key = file.HasPassphrase
            ? Derive(file.Salt!, file.Iterations)
            : ReadKey() ?? throw new PryxException("VAULT_KEY_MISSING", $"The key file {options.KeyPath} of the vault is missing.", $"Restore it from a backup. Without it the vault can not be opened: move {options.Path} away and set the keys again.");
        try
        {
            return file.Open(key);
        }
        catch (Exception e) when (e is CryptographicException or JsonException)
        {
            // The cause is left out: it could only say the same, and a parser's message may quote what it read.
            throw file.HasPassphrase
                ? new PryxException("VAULT_WRONG_KEY", $"The vault {options.Path} does not open: the passphrase is wrong, or the file was changed.", "Check PRYX_VAULT_PASSPHRASE. The file was left as it is.")
                : new PryxException("VAULT_WRONG_KEY", $"The vault {options.Path} does not open: the key file is another one's, or the vault was changed.", $"Restore {options.Path} and {options.KeyPath} from the same backup. Both were left as they are.");
        }
    }

    private byte[]? NewSalt() => options.Passphrase is null ? null : RandomNumberGenerator.GetBytes(VaultCipher.SaltBytes);

    private byte[] Derive(byte[] salt, int iterations)
    {
        var name = Convert.ToBase64String(salt);
        if (_derived is { } known && known.Salt == name && known.Iterations == iterations)
        {
            return known.Key;
        }
        var key = VaultCipher.DeriveKey(options.Passphrase!, salt, iterations);
        _derived = new(name, iterations, key);
        return key;
    }

    private byte[]? ReadKey()
    {
        if (!File.Exists(options.KeyPath))
        {
            return null;
        }
        try
        {
            var key = Convert.FromBase64String(File.ReadAllText(options.KeyPath).Trim());
            if (key.Length == VaultCipher.KeyBytes)
            {
                return key;
            }
        }
        catch (FormatException)
        {
            // Answered below, together with a wrong length.
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new PryxException("VAULT_KEY_UNREADABLE", $"The key file {options.KeyPath} can not be read: {e.Message}", "Check who owns the file and its rights (0600).", e);
        }
        throw new PryxException("VAULT_KEY_UNREADABLE", $"The key file {options.KeyPath} is damaged: it must hold {VaultCipher.KeyBytes} bytes in base64.", "Restore it from a backup. It was left as it is.");
    }

    // Only ever for a vault that does not exist yet, under its lock.
    private byte[] CreateKey()
    {
        var key = RandomNumberGenerator.GetBytes(VaultCipher.KeyBytes);
        PrivateFile.Replace(options.KeyPath, System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(key) + "\n"));
        return key;
    }

    private sealed record DerivedKey(string Salt, int Iterations, byte[] Key);

    private static void CreateDirectory(string file)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
