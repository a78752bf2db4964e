using System.Collections.Concurrent;
using ModelContextProtocol.Authentication;
using Pryx.Core.Mcp.Transports;
using Pryx.Core.Secrets;

namespace Pryx.Core.Mcp.Auth;

/// <summary>The accounts that MCP servers are used with, in the keychain: under <c>mcp_oauth_NAME</c>, or where <c>token_ref</c> says.</summary>
public sealed class McpTokens(Func<ISecretStore> secrets, TimeProvider time)
{
    // Asked at every request; the keychain is slow, and this process is the one that changes it.
    private readonly ConcurrentDictionary<string, StoredTokens> _known = new(StringComparer.Ordinal);

    /// <param name="isFresh">A new sign-in: what is stored does not count until it is replaced.</param>
    public ITokenCache Of(McpServer server, bool isFresh = false, Action? onStored = null) => new Cache(this, server, isFresh, onStored);

    /// <summary>When the sign-in ends; null when there is none, MaxValue when it does not say or can be renewed.</summary>
    public async Task<DateTimeOffset?> ExpiresAsync(McpServer server, CancellationToken cancellationToken) =>
        await ReadAsync(server, cancellationToken) is not { } stored ? null
            : stored is { ExpiresIn: { } seconds, RefreshToken: null } ? stored.ObtainedAt.AddSeconds(seconds) : DateTimeOffset.MaxValue;

    /// <summary>The secret of a client that was registered by hand; null for a public one.</summary>
    public Task<string?> ClientSecretAsync(McpServer server, CancellationToken cancellationToken) => secrets().GetAsync(SecretNames.McpClientSecret(server.Name), cancellationToken);

    public Task GiveClientSecretAsync(McpServer server, string secret, CancellationToken cancellationToken) => secrets().SetAsync(SecretNames.McpClientSecret(server.Name), secret, cancellationToken);

    /// <summary>What the next sign-in has to ask for beside what the server says; empty for nothing.</summary>
    public async Task<IReadOnlyList<string>> WantedAsync(McpServer server, CancellationToken cancellationToken) => (await ReadAsync(server, cancellationToken))?.Wanted ?? [];

    /// <summary>A call needed more than the account allows. Nothing is kept of it where nobody has signed in.</summary>
    public async Task WantAsync(McpServer server, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        if (await ReadAsync(server, cancellationToken) is { } stored && !stored.IsPlain)
        {
            await WriteAsync(server, stored with { Wanted = scopes }, cancellationToken);
        }
    }

    /// <summary>A token that a person brings.</summary>
    public Task GiveAsync(McpServer server, string token, CancellationToken cancellationToken) => server.Auth is { Type: "bearer" }
        ? secrets().SetAsync(NameOf(server), token, cancellationToken)
        : WriteAsync(server, new(OriginOf(server), token) { ObtainedAt = time.GetUtcNow() }, cancellationToken);

    /// <summary>For servers whose <c>auth.type</c> is bearer.</summary>
    public static string ReferenceOf(McpServer server) => server.Auth?.TokenRef ?? McpReferences.KeychainPrefix + SecretNames.McpSignin(server.Name);

    /// <summary>False when there was nothing to forget.</summary>
    public async Task<bool> ForgetAsync(McpServer server, CancellationToken cancellationToken)
    {
        _known.TryRemove(NameOf(server), out _);
        var hadSecret = await secrets().DeleteAsync(SecretNames.McpClientSecret(server.Name), cancellationToken);
        return await secrets().DeleteAsync(NameOf(server), cancellationToken) || hadSecret;
    }

    private async Task<StoredTokens?> ReadAsync(McpServer server, CancellationToken cancellationToken)
    {
        var (name, origin) = (NameOf(server), OriginOf(server));
        if (_known.TryGetValue(name, out var known) && known.Origin == origin && !IsOver(known))
        {
            return known;
        }
        // Another Pryx may have renewed it.
        if (await secrets().GetAsync(name, cancellationToken) is not { Length: > 0 } text)
        {
            return null;
        }
        var stored = StoredTokens.Read(text);
        if (stored is null)
        {
            return server.Auth?.TokenRef is null ? null : new(origin, text) { IsPlain = true, ObtainedAt = time.GetUtcNow() };
        }
        return stored.Origin == origin ? _known[name] = stored : null;
    }

    private async Task WriteAsync(McpServer server, StoredTokens stored, CancellationToken cancellationToken)
    {
        await secrets().SetAsync(NameOf(server), stored.Write(), cancellationToken);
        _known[NameOf(server)] = stored;
    }

    private bool IsOver(StoredTokens tokens) => tokens.ExpiresIn is { } seconds && tokens.ObtainedAt.AddSeconds(seconds) <= time.GetUtcNow();

    private static string NameOf(McpServer server) => McpReferences.NameIn(server.Name, server.Auth?.TokenRef) ?? SecretNames.McpSignin(server.Name);

    private static string OriginOf(McpServer server) => McpHttpTransports.AddressOf(server).GetLeftPart(UriPartial.Authority);

    private sealed class Cache(McpTokens tokens, McpServer server, bool isFresh, Action? onStored) : ITokenCache
    {
        private volatile bool _isFresh = isFresh;

        public async ValueTask<TokenContainer?> GetTokensAsync(CancellationToken cancellationToken) => _isFresh ? null : (await tokens.ReadAsync(server, cancellationToken))?.ToContainer();

        public async ValueTask StoreTokensAsync(TokenContainer container, CancellationToken cancellationToken)
        {
            // The old refresh token may be void already: the new one is kept whoever leaves now.
            await tokens.WriteAsync(server, StoredTokens.Of(OriginOf(server), container), CancellationToken.None);
            _isFresh = false;
            onStored?.Invoke();
        }
    }
}
