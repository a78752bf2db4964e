using System.Text;
using Pryx.Core.Secrets;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Mcp;

/// <summary>
/// What stands in servers.json in place of a secret: <c>keychain:NAME</c> (also after <c>Bearer </c>, and as <c>${keychain:NAME}</c>),
/// <c>${VARIABLE}</c> and <c>${VARIABLE:-otherwise}</c> of our own environment. Resolved when a server is connected, never stored.
/// </summary>
public sealed class McpReferences(Func<ISecretStore> secrets, Func<string, string?> environment)
{
    public const string KeychainPrefix = "keychain:";
    private const string Bearer = "Bearer ";

    /// <exception cref="PryxException">As of one value.</exception>
    public async Task<Dictionary<string, string>> ResolveAsync(string server, IReadOnlyDictionary<string, string> values, CancellationToken cancellationToken)
    {
        var resolved = new Dictionary<string, string>(values.Count, StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            resolved[name] = await ResolveAsync(server, value, cancellationToken);
        }
        return resolved;
    }

    /// <param name="server">Whose value it is, for the error.</param>
    /// <exception cref="PryxException">MCP_SECRET_MISSING, MCP_SECRET_REFUSED, VAULT_…</exception>
    public async Task<string> ResolveAsync(string server, string value, CancellationToken cancellationToken)
    {
        if (value.StartsWith(KeychainPrefix, StringComparison.Ordinal))
        {
            return await SecretAsync(server, value[KeychainPrefix.Length..], cancellationToken);
        }
        if (value.StartsWith(Bearer + KeychainPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return Bearer + await SecretAsync(server, value[(Bearer.Length + KeychainPrefix.Length)..], cancellationToken);
        }
        var text = new StringBuilder(value.Length);
        var at = 0;
        while (value.IndexOf("${", at, StringComparison.Ordinal) is >= 0 and var start && value.IndexOf('}', start) is >= 0 and var end)
        {
            text.Append(value, at, start - at);
            var name = value[(start + 2)..end];
            text.Append(name.StartsWith(KeychainPrefix, StringComparison.Ordinal) ? await SecretAsync(server, name[KeychainPrefix.Length..], cancellationToken) : Variable(server, name));
            at = end + 1;
        }
        return text.Append(value, at, value.Length - at).ToString();
    }

    /// <summary>The secret's name, checked; null when the text is no reference to the keychain.</summary>
    /// <exception cref="PryxException">MCP_SECRET_REFUSED</exception>
    public static string? NameIn(string server, string? reference) =>
        reference is not null && reference.StartsWith(KeychainPrefix, StringComparison.Ordinal) ? Checked(server, reference[KeychainPrefix.Length..]) : null;

    private async Task<string> SecretAsync(string server, string name, CancellationToken cancellationToken) =>
        await secrets().GetAsync(Checked(server, name), cancellationToken)
            ?? throw new PryxException("MCP_SECRET_MISSING", $"The MCP server '{server}' needs the secret '{name}', which is not in the keychain.", $"give it: pryx mcp auth {server} --token (it is read from standard input)");

    private string Variable(string server, string name)
    {
        var (variable, otherwise) = name.Split(":-", 2) is [var first, var rest] ? (first, rest) : (name, null);
        return (environment(variable) is { Length: > 0 } found ? found : otherwise)
            ?? throw new PryxException("MCP_SECRET_MISSING", $"The MCP server '{server}' needs the environment variable {variable}, which is not set.", $"set {variable} where Pryx is started, or use keychain:NAME in its place");
    }

    // Who writes a servers.json must not be able to have a provider's key sent to an address of their choice.
    private static string Checked(string server, string name) =>
        name.Length is 0 or > 256 || name.StartsWith("pryx:", StringComparison.OrdinalIgnoreCase) || name.StartsWith("oauth_", StringComparison.OrdinalIgnoreCase)
            ? throw new PryxException("MCP_SECRET_REFUSED", $"The MCP server '{server}' refers to the secret '{name}', which is not for MCP servers.", "give it a secret of its own: keychain:NAME with another name")
            : name;
}
