using Pryx.Core.Secrets.Keychain;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Secrets;

/// <summary>
/// The OS keychain where there is one that works, else the vault; tried once, when the first secret is needed. New values go to the one that was
/// chosen, and leave the other; what is still in the vault is found there. A name that lies in a keychain out of reach is an error, not a missing key.
/// </summary>
/// <param name="choice">auto, keychain or vault.</param>
/// <param name="hasBus">Whether there is a session bus: without one nothing is tried.</param>
public sealed class SecretStoreChoice(string choice, bool hasBus, string place, FileVault vault, VaultOptions options, TimeProvider time) : ISecretStore, IDisposable
{
    private readonly KeychainStore _keychain = new(place, options, time);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private string? _trouble;
    private volatile bool _isDecided;

    /// <summary>As far as it is known by now.</summary>
    public string Description => UsesKeychain ? _keychain.Description : vault.Description;

    private bool UsesKeychain => _isDecided && _trouble is null;

    /// <summary>Where new secrets go and why, in words; tries it.</summary>
    public async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        await DecideAsync(cancellationToken);
        return _trouble is null ? _keychain.Description
            : choice == "keychain" ? $"nowhere: the OS keychain is to be used, and {_trouble}"
            : $"{vault.Description} ({_trouble})";
    }

    public void Dispose() => _gate.Dispose();

    public async Task<string?> GetAsync(string name, CancellationToken cancellationToken)
    {
        if (!SecretReferences.Read(options.ReferencesPath).InKeychain.Contains(name))
        {
            return await vault.GetAsync(name, cancellationToken);
        }
        return await IsKeychainAsync(cancellationToken)
            ? await _keychain.GetAsync(name, cancellationToken)
            : throw new PryxException("KEYCHAIN_UNAVAILABLE", $"{name} lies in the OS keychain, and that can not be used: {_trouble}.", "Unlock it, or set the key again: it goes to the vault then.");
    }

    public async Task SetAsync(string name, string value, CancellationToken cancellationToken)
    {
        if (await IsKeychainAsync(cancellationToken))
        {
            await _keychain.SetAsync(name, value, cancellationToken);
            // Only now: until here there was a valid one.
            await vault.DeleteAsync(name, cancellationToken);
            return;
        }
        await vault.SetAsync(name, value, cancellationToken);
    }

    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        var wasInKeychain = SecretReferences.Read(options.ReferencesPath).InKeychain.Contains(name) && await IsKeychainAsync(cancellationToken) && await _keychain.DeleteAsync(name, cancellationToken);
        return await vault.DeleteAsync(name, cancellationToken) || wasInKeychain;
    }

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await vault.ListAsync(cancellationToken)).Union(await _keychain.ListAsync(cancellationToken)).Order(StringComparer.Ordinal)];

    private async Task<bool> IsKeychainAsync(CancellationToken cancellationToken)
    {
        if (!_isDecided)
        {
            await DecideAsync(cancellationToken);
        }
        return _trouble is null ? true
            : choice != "keychain" ? false
            : throw new PryxException("KEYCHAIN_UNAVAILABLE", $"The OS keychain is to be used, and can not be: {_trouble}.", "Unlock or start it, or set secret_store: auto.");
    }

    private async Task DecideAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!_isDecided)
            {
                _trouble = choice == "vault" ? "secret_store says so"
                    : !OperatingSystem.IsLinux() ? "this system's keychain is not supported yet"
                    : !hasBus ? "there is no session bus, so no Secret Service"
                    : await _keychain.ProbeAsync(cancellationToken) is { } reason ? $"the Secret Service can not be used: {reason}"
                    : null;
                _isDecided = true;
            }
        }
        finally
        {
            _gate.Release();
        }
    }
}
