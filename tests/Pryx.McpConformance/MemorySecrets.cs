using System.Collections.Concurrent;
using Pryx.Core.Secrets;

namespace Pryx.McpConformance;

/// <summary>A keychain that lasts as long as this process.</summary>
internal sealed class MemorySecrets : ISecretStore
{
    private readonly ConcurrentDictionary<string, string> _values = new(StringComparer.Ordinal);

    public string Description => "memory";

    public Task<string?> GetAsync(string name, CancellationToken cancellationToken) => Task.FromResult(_values.GetValueOrDefault(name));

    public Task SetAsync(string name, string value, CancellationToken cancellationToken)
    {
        _values[name] = value;
        return Task.CompletedTask;
    }

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => Task.FromResult(_values.TryRemove(name, out _));

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([.. _values.Keys.Order(StringComparer.Ordinal)]);
}
