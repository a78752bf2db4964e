using Pryx.Core.Storage;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Secrets.Keychain;

/// <summary>Secrets in the OS keychain: the Secret Service of a Linux desktop. Each data directory has entries of its own.</summary>
/// <param name="place">The data directory.</param>
internal sealed class KeychainStore(string place, VaultOptions options, TimeProvider time) : ISecretStore
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A person may have to unlock it first.</summary>
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(3);
    private const string ProbeName = "pryx:probe";

    public string Description => "OS keychain (Secret Service)";

    /// <summary>Whether it really keeps something: written, read back, deleted.</summary>
    /// <returns>Null when it works, else why not.</returns>
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var value = Guid.NewGuid().ToString("N");
            var found = await RunAsync(token =>
            {
                SecretService.Store(place, ProbeName, value, token);
                var read = SecretService.Find(place, ProbeName, token);
                SecretService.Delete(place, ProbeName, token);
                return read;
            }, ProbeLimit, cancellationToken);
            return found == value ? null : "it did not give back what was stored";
        }
        catch (KeychainException e)
        {
            return e.Message;
        }
    }

    public async Task<string?> GetAsync(string name, CancellationToken cancellationToken) =>
        await TryAsync(token => SecretService.Find(place, name, token), cancellationToken);

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. SecretReferences.Read(options.ReferencesPath).InKeychain.Order(StringComparer.Ordinal)]);

    public async Task SetAsync(string name, string value, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(name) || value.Length == 0 || value.Contains('\0', StringComparison.Ordinal))
        {
            throw new PryxException("SECRET_INVALID", "A secret needs a name and a value that is not empty.");
        }
        await TryAsync(token =>
        {
            SecretService.Store(place, name, value, token);
            return SecretService.Find(place, name, token) == value ? true : throw new KeychainException("it did not give back what was stored");
        }, cancellationToken);
        // Only now: until here the name may mean a value in the vault.
        await ChangeNamesAsync(names => names.Add(name), cancellationToken);
    }

    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        if (!SecretReferences.Read(options.ReferencesPath).InKeychain.Contains(name))
        {
            return false;
        }
        var wasThere = await TryAsync(token => SecretService.Delete(place, name, token), cancellationToken);
        await ChangeNamesAsync(names => names.Remove(name), cancellationToken);
        return wasThere;
    }

    private async Task ChangeNamesAsync(Action<HashSet<string>> change, CancellationToken cancellationToken)
    {
        try
        {
            await using var held = await PrivateFile.LockAsync(options.Path + ".lock", Patience, time, cancellationToken);
            var references = SecretReferences.Read(options.ReferencesPath);
            var names = references.InKeychain.ToHashSet(StringComparer.Ordinal);
            change(names);
            (references with { InKeychain = names, InVault = references.InVault.Except(names).ToHashSet(StringComparer.Ordinal) }).Write(options.ReferencesPath);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException or TimeoutException)
        {
            throw new PryxException("VAULT_UNWRITABLE", $"{options.ReferencesPath} can not be written: {e.Message}", "Check the folder's rights and the free space; no secret was changed.", e);
        }
    }

    private async Task<T> TryAsync<T>(Func<CancellationToken, T> call, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(call, CallLimit, cancellationToken);
        }
        catch (KeychainException e)
        {
            throw new PryxException("KEYCHAIN_UNAVAILABLE", $"The OS keychain can not be used: {e.Message}", "Unlock it, or set secret_store: vault and set the keys again.", e);
        }
    }

    // libsecret blocks its thread; whoever waits here does not.
    private async Task<T> RunAsync<T>(Func<CancellationToken, T> call, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        var (result, token) = (new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously), either.Token);
        var thread = new Thread(() =>
        {
            try
            {
                result.TrySetResult(call(token));
            }
            catch (Exception e)
            {
                result.TrySetException(e);
            }
        }) { IsBackground = true, Name = "pryx-keychain" };
        thread.Start();
        try
        {
            return await result.Task.WaitAsync(token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KeychainException($"it did not answer within {limit.TotalSeconds:0} s");
        }
        catch (DllNotFoundException)
        {
            throw new KeychainException("libsecret is not installed (Debian and Ubuntu: apt install libsecret-1-0)");
        }
    }
}
