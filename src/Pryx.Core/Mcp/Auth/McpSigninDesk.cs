using System.Collections.Concurrent;
using Pryx.Core.Mcp.Transports;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Mcp;

namespace Pryx.Core.Mcp.Auth;

/// <summary>The sign-ins to MCP servers that are going on, one for each server: a new attempt ends the one before.</summary>
/// <param name="version">Ours, for the servers.</param>
public sealed class McpSigninDesk(McpHttpTransports transports, McpTokens tokens, string version, TimeProvider time) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<string, McpSignin> _signins = new(StringComparer.Ordinal);

    /// <summary>Where the person goes on; the sign-in then ends by itself.</summary>
    /// <param name="onSignedIn">Called when the server has taken the new tokens.</param>
    /// <exception cref="PryxException">MCP_NO_AUTH (a program has no account), MCP_UNREACHABLE, MCP_REFUSED, MCP_AUTH_FAILED, VAULT_…</exception>
    public async Task<McpSigninStarted> StartAsync(McpServer server, Func<Task> onSignedIn, CancellationToken cancellationToken)
    {
        Check(server);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_signins.TryRemove(server.Name, out var before))
            {
                await before.DisposeAsync();
            }
            var signin = await McpSignin.StartAsync(server, transports, version, onSignedIn, time, cancellationToken);
            _signins[server.Name] = signin;
            return new(server.Name, signin.Url is not null, (int)McpSignin.Patience.TotalSeconds) { Url = signin.Url };
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Keeps a token that the person brings.</summary>
    /// <exception cref="PryxException">MCP_NO_AUTH, MCP_INVALID (no token), VAULT_…</exception>
    public async Task GiveAsync(McpServer server, string token, CancellationToken cancellationToken)
    {
        if (server.Auth is not { Type: "bearer" })
        {
            Check(server);
        }
        if (token.Trim() is not { Length: > 0 and < 16384 } text || text.Any(static character => character is <= ' ' or > '~'))
        {
            throw new PryxException("MCP_INVALID", "A token is one word of plain characters.", $"pryx mcp auth {server.Name} --token < FILE");
        }
        await StopAsync(server.Name, cancellationToken);
        await tokens.GiveAsync(server, text, cancellationToken);
    }

    /// <summary>Keeps the secret, or the private key in PEM, of a client that the person has registered.</summary>
    /// <exception cref="PryxException">MCP_NO_AUTH, MCP_INVALID (no secret, or no client id), VAULT_…</exception>
    public async Task GiveSecretAsync(McpServer server, string secret, CancellationToken cancellationToken)
    {
        if (server.Auth is not { Type: McpAuth.ClientCredentials })
        {
            Check(server);
        }
        if (server.Auth?.ClientId is null)
        {
            throw new PryxException("MCP_INVALID", $"The MCP server '{server.Name}' has no client of yours that the secret could belong to.", $"pryx mcp add {server.Name} --url {server.Url} --client-id ID");
        }
        if (secret.Trim() is not { Length: > 0 and < 16384 } text || (!ClientAssertion.IsKey(text) && text.Any(static character => character is < ' ' or > '~')))
        {
            throw new PryxException("MCP_INVALID", "A client secret is one line of plain characters, a key a PEM file.", $"pryx mcp auth {server.Name} --client-secret < FILE");
        }
        await StopAsync(server.Name, cancellationToken);
        await tokens.GiveClientSecretAsync(server, text, cancellationToken);
    }

    /// <summary>How it stands; where it is going on, after at most <paramref name="patience"/>.</summary>
    public async Task<McpSigninState> StateAsync(McpServer server, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_signins.GetValueOrDefault(server.Name) is { } signin)
        {
            if (!signin.Outcome.IsCompleted && patience > TimeSpan.Zero)
            {
                using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(signin.Outcome, Task.Delay(patience, time, leaving.Token));
                await leaving.CancelAsync();
            }
            if (!signin.Outcome.IsCompleted)
            {
                return new(server.Name, McpSigninStates.Pending) { Url = signin.Url };
            }
            if (await signin.Outcome is { } problem)
            {
                return new(server.Name, McpSigninStates.Failed) { Reason = problem.Next is { } next ? $"{problem.Message} {next}" : problem.Message };
            }
        }
        if (server.Auth is { Type: McpAuth.ClientCredentials })
        {
            return new(server.Name, await tokens.ClientSecretAsync(server, cancellationToken) is null ? McpSigninStates.None : McpSigninStates.SignedIn);
        }
        return server.Url is not null && await tokens.ExpiresAsync(server, cancellationToken) is { } expires
            ? new(server.Name, McpSigninStates.SignedIn) { ExpiresAt = expires == DateTimeOffset.MaxValue ? null : expires }
            : new(server.Name, McpSigninStates.None);
    }

    /// <summary>Gives up what is going on and forgets the account; false when there was none.</summary>
    public async Task<bool> SignOutAsync(McpServer server, CancellationToken cancellationToken)
    {
        await StopAsync(server.Name, cancellationToken);
        return await tokens.ForgetAsync(server, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var name in _signins.Keys)
        {
            await StopAsync(name, CancellationToken.None);
        }
        _gate.Dispose();
    }

    /// <summary>Gives up what is going on; an account that is signed in stays so.</summary>
    public async Task StopAsync(string name, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_signins.TryRemove(name, out var signin))
            {
                await signin.DisposeAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private static void Check(McpServer server)
    {
        if (server.Transport is not (McpTransport.Http or McpTransport.Sse))
        {
            throw new PryxException("MCP_NO_AUTH", $"The MCP server '{server.Name}' is a program on this machine: there is nothing to sign in to.", "give it what it needs with --env NAME=keychain:SECRET");
        }
        if (server.Auth is { Type: McpAuth.ClientCredentials })
        {
            throw new PryxException("MCP_NO_AUTH", $"The MCP server '{server.Name}' lets a client in, not a person.", $"give its secret or key: pryx mcp auth {server.Name} --client-secret");
        }
        if (server.Auth is { Type: "bearer" or "none" })
        {
            throw new PryxException("MCP_NO_AUTH", $"The MCP server '{server.Name}' is configured for {(server.Auth.Type == "none" ? "no sign-in" : "a token")}.", server.Auth.Type == "none" ? $"pryx mcp add {server.Name} --url {server.Url} --auth oauth" : $"give the token: pryx mcp auth {server.Name} --token");
        }
    }
}
