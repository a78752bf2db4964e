using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Pryx.Testing.Fake;

/// <summary>What this provider has handed out and wants back unchanged.</summary>
internal sealed class Issued
{
    private readonly ConcurrentDictionary<string, string> _reasoningOfCall = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _calledNames = new(StringComparer.Ordinal);

    public void Call(string callId, string name, string? reasoning)
    {
        _calledNames[name] = 0;
        if (reasoning is not null)
        {
            _reasoningOfCall[callId] = reasoning;
        }
    }

    public bool HasCalled(string name) => _calledNames.ContainsKey(name);

    /// <summary>The seal of the reasoning that came with the call; null when there was none.</summary>
    public string? SealBefore(string callId) => _reasoningOfCall.TryGetValue(callId, out var reasoning) ? Seal(reasoning) : null;

    /// <summary>The opaque text that goes with a reasoning. It depends on nothing else, so it can be checked after this server was restarted.</summary>
    public static string Seal(string reasoning) => "seal+" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes("pryx:" + reasoning)));
}
