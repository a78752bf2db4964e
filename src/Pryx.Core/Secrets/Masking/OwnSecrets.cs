using Pryx.Core.Secrets.Detection;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Secrets.Masking;

/// <summary>What Pryx itself holds: the entries of the keychain or vault, providers' keys and other secrets of its environment. Its tokens have a shape of their own.</summary>
/// <param name="referencesPath">Changes with every entry; see <see cref="VaultOptions.ReferencesPath"/>.</param>
/// <param name="providerKeys">Values of the variables that providers document.</param>
/// <param name="environment">Values of other variables with a secret's name.</param>
public sealed class OwnSecrets(string referencesPath, ISecretStore store, Func<IEnumerable<string>> providerKeys, Func<IEnumerable<string>> environment) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private DateTime? _readAt;

    public KnownSecrets Known { get; } = new();

    /// <summary>One look at a file when nothing has changed. A store that can not be opened is somebody else's trouble: its values are unknown here.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var changedAt = File.GetLastWriteTimeUtc(referencesPath);
        if (_readAt == changedAt)
        {
            return;
        }
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_readAt is null)
            {
                AddEnvironment();
            }
            foreach (var name in File.Exists(referencesPath) ? await store.ListAsync(cancellationToken) : [])
            {
                if (!IsHarmless(name) && await store.GetAsync(name, cancellationToken) is { } value)
                {
                    Known.Add(value, name.StartsWith("pryx:provider:", StringComparison.Ordinal) ? "provider-key" : "pryx-secret");
                }
            }
        }
        catch (PryxException)
        {
            // Whoever needs an entry says what is wrong.
        }
        finally
        {
            _readAt = changedAt;
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private void AddEnvironment()
    {
        foreach (var key in providerKeys())
        {
            Known.Add(key, "provider-key");
        }
        foreach (var value in environment())
        {
            // A path or a name in such a variable is no secret, and stands in many texts.
            if (SecretLook.IsDistinct(value) && !value.StartsWith('/') && !value.StartsWith('~'))
            {
                Known.Add(value, "environment");
            }
        }
    }

    private static bool IsHarmless(string name) =>
        name is "device_id" or "device_name" || name.EndsWith("_expires", StringComparison.Ordinal) || name.EndsWith("_client_id", StringComparison.Ordinal);
}
