using System.Text;
using Pryx.Core.Secrets;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Mcp.Transports;

/// <summary>What stands behind the values of env and headers: <c>keychain:NAME</c>, and <c>${NAME}</c> or <c>${NAME:-otherwise}</c> of our own environment.</summary>
internal sealed class McpValues(Func<ISecretStore> secrets, IReadOnlyDictionary<string, string> environment)
{
    private const string Keychain = "keychain:";

    /// <exception cref="PryxException">MCP_SECRET_MISSING, or the store's own.</exception>
    public async Task<Dictionary<string, string>> ResolveAsync(IReadOnlyDictionary<string, string> values, CancellationToken cancellationToken)
    {
        var resolved = new Dictionary<string, string>(values.Count, StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            resolved[name] = await ResolveAsync(value, cancellationToken).ConfigureAwait(false);
        }
        return resolved;
    }

    public async Task<string> ResolveAsync(string value, CancellationToken cancellationToken) => value.StartsWith(Keychain, StringComparison.Ordinal)
        ? await secrets().GetAsync(value[Keychain.Length..], cancellationToken).ConfigureAwait(false)
            ?? throw new PryxException("MCP_SECRET_MISSING", $"There is no secret '{value[Keychain.Length..]}' in the keychain.", "pryx mcp auth NAME stores one.")
        : Expand(value);

    private string Expand(string value)
    {
        var text = new StringBuilder();
        var at = 0;
        while (value.IndexOf("${", at, StringComparison.Ordinal) is >= 0 and var open && value.IndexOf('}', open) is > 0 and var close)
        {
            var name = value[(open + 2)..close];
            var otherwise = name.IndexOf(":-", StringComparison.Ordinal) is > 0 and var cut ? name[(cut + 2)..] : null;
            name = otherwise is null ? name : name[..^(otherwise.Length + 2)];
            text.Append(value, at, open - at).Append(environment.GetValueOrDefault(name) is { Length: > 0 } found ? found
                : otherwise ?? throw new PryxException("MCP_SECRET_MISSING", $"The variable {name} is not set.", $"Set {name} where Pryx is started, or write its value as keychain:NAME."));
            at = close + 1;
        }
        return text.Append(value, at, value.Length - at).ToString();
    }
}
