using System.Collections.Concurrent;
using Pryx.Core.Secrets;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Providers;

namespace Pryx.Core.OAuth;

/// <summary>The sign-ins that are going on, one for each provider: a new attempt ends the one before.</summary>
public sealed class OAuthDesk(OAuthApps apps, OAuthTokens tokens, OAuthClient client, ISecretStore secrets, TimeProvider time) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<string, OAuthSignin> _signins = new(StringComparer.Ordinal);

    /// <summary>Where the person goes on; the sign-in then ends by itself.</summary>
    /// <param name="onSignedIn">Called when the tokens are in the vault.</param>
    /// <exception cref="PryxException">OAUTH_UNSUPPORTED, OAUTH_NO_CLIENT, OAUTH_INVALID, OAUTH_UNREACHABLE, OAUTH_ERROR, VAULT_…</exception>
    public async Task<SigninStarted> StartAsync(string provider, StartSignin request, Func<Task> onSignedIn, CancellationToken cancellationToken)
    {
        if (request.ClientId?.Trim() is { Length: > 0 } id)
        {
            await apps.KeepClientAsync(provider, id, request.ClientSecret?.Trim(), cancellationToken);
        }
        var app = await apps.FindAsync(provider, cancellationToken);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_signins.TryRemove(provider, out var before))
            {
                await before.DisposeAsync();
            }
            var signin = await OAuthSignin.StartAsync(app, request.Device || app.AuthorizeUrl is null, client, async answer =>
            {
                await tokens.KeepAsync(provider, answer, CancellationToken.None);
                await onSignedIn();
            }, time, cancellationToken);
            _signins[provider] = signin;
            return signin.Started;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>How it stands; where it is going on, after at most <paramref name="patience"/>.</summary>
    public async Task<SigninState> StateAsync(string provider, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_signins.GetValueOrDefault(provider) is { } signin)
        {
            if (!signin.Outcome.IsCompleted && patience > TimeSpan.Zero)
            {
                using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(signin.Outcome, Task.Delay(patience, time, leaving.Token));
                await leaving.CancelAsync();
            }
            if (!signin.Outcome.IsCompleted)
            {
                return new(provider, SigninStates.Pending) { Url = signin.Started.Url, UserCode = signin.Started.UserCode };
            }
            if (await signin.Outcome is { } problem)
            {
                return new(provider, SigninStates.Failed) { Reason = problem };
            }
        }
        return await secrets.GetAsync(SecretNames.Expires(provider), cancellationToken) == SecretNames.SigninEnded
            ? new(provider, SigninStates.Ended) { Reason = $"The provider has ended the sign-in. Sign in again: pryx provider oauth {provider}" }
            : await tokens.ExpiresAsync(provider, cancellationToken) is { } expires ? new(provider, SigninStates.SignedIn) { ExpiresAt = expires }
            : new(provider, SigninStates.None);
    }

    /// <summary>Gives up what is going on; nothing when there is nothing.</summary>
    public async Task StopAsync(string provider, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_signins.TryRemove(provider, out var signin))
            {
                await signin.DisposeAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var provider in _signins.Keys)
        {
            await StopAsync(provider, CancellationToken.None);
        }
        _gate.Dispose();
    }
}
