using System.Security.Cryptography;
using System.Text;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Providers;

namespace Pryx.Core.OAuth;

/// <summary>One attempt to sign in: by the browser with PKCE and a callback on loopback, or by a code that is typed on another device. It ends after five minutes, or as soon as it is known how.</summary>
internal sealed class OAuthSignin : IAsyncDisposable
{
    private const string TimedOut = "The sign-in timed out.";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan SlowDown = TimeSpan.FromSeconds(5);
    private readonly OAuthApp _app;
    private readonly OAuthClient _client;
    private readonly Func<TokenAnswer, Task> _keepAsync;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource<string?> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _verifier = Random(32);
    private OAuthCallback? _callback;
    private Task _running = Task.CompletedTask;

    private OAuthSignin(OAuthApp app, OAuthClient client, Func<TokenAnswer, Task> keepAsync, TimeProvider time) => (_app, _client, _keepAsync, _time) = (app, client, keepAsync, time);

    public SigninStarted Started { get; private set; } = null!;

    /// <summary>Why it did not work, in words for a person; null when it did.</summary>
    public Task<string?> Outcome => _outcome.Task;

    /// <exception cref="PryxException">OAUTH_UNREACHABLE, OAUTH_ERROR, OAUTH_UNSUPPORTED (no such way of signing in).</exception>
    public static async Task<OAuthSignin> StartAsync(OAuthApp app, bool byDevice, OAuthClient client, Func<TokenAnswer, Task> keepAsync, TimeProvider time, CancellationToken cancellationToken)
    {
        var signin = new OAuthSignin(app, client, keepAsync, time);
        try
        {
            await (byDevice ? signin.StartDeviceAsync(cancellationToken) : signin.StartBrowserAsync(cancellationToken));
            return signin;
        }
        catch
        {
            await signin.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _outcome.TrySetResult("It was given up.");
        await _ending.CancelAsync();
        await _running;
        if (_callback is not null)
        {
            await _callback.DisposeAsync();
        }
        _ending.Dispose();
    }

    private async Task StartBrowserAsync(CancellationToken cancellationToken)
    {
        if (_app.AuthorizeUrl is not { } authorize)
        {
            throw new PryxException("OAUTH_UNSUPPORTED", $"{_app.Name} offers no sign-in in the browser.", "sign in by a code: --device");
        }
        var state = Random(32);
        _callback = await OAuthCallback.ListenAsync(FinishAsync, cancellationToken);
        _callback.Expect(state);
        List<KeyValuePair<string, string>> query =
        [
            new("response_type", "code"), new("client_id", _app.ClientId), new("redirect_uri", _callback.RedirectUri), new("scope", string.Join(' ', _app.Scopes)), new("state", state),
            new("code_challenge", Base64Url(SHA256.HashData(Encoding.ASCII.GetBytes(_verifier)))), new("code_challenge_method", "S256"), .. _app.Extra,
        ];
        var url = $"{authorize}{(authorize.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{string.Join('&', query.Select(static pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"))}";
        Started = new(_app.Provider, "browser", (int)Patience.TotalSeconds) { Url = url };
        _running = EndInTimeAsync(Patience);
    }

    private async Task<string?> FinishAsync(CallbackAnswer answer, CancellationToken cancellationToken)
    {
        string? problem;
        if (answer.Code is not { } code)
        {
            problem = answer.Error == "access_denied" ? "The sign-in was declined." : $"{_app.Name} did not sign you in ({answer.Error}).";
        }
        else
        {
            problem = await ExchangeAsync(code);
        }
        _outcome.TrySetResult(problem);
        return problem;
    }

    // The browser's window may be closed by now; the code is good for one try.
    private async Task<string?> ExchangeAsync(string code)
    {
        try
        {
            var answer = await _client.RequestTokenAsync(
                _app, [new("grant_type", "authorization_code"), new("code", code), new("redirect_uri", _callback!.RedirectUri), new("code_verifier", _verifier)], _ending.Token);
            if (answer.AccessToken is not { Length: > 0 })
            {
                return $"{_app.Name} did not sign you in ({OAuthClient.Words(answer)}).";
            }
            await _keepAsync(answer);
            return null;
        }
        catch (PryxException e)
        {
            return $"{e.Message} {e.Next}.";
        }
        catch (OperationCanceledException)
        {
            return "It was given up.";
        }
    }

    private async Task StartDeviceAsync(CancellationToken cancellationToken)
    {
        if (_app.DeviceUrl is null)
        {
            throw new PryxException("OAUTH_UNSUPPORTED", $"{_app.Name} offers no sign-in by a code.", $"pryx provider oauth {_app.Provider}");
        }
        var answer = await _client.RequestDeviceAsync(_app, cancellationToken);
        if (answer is not { DeviceCode: { } code, UserCode: { } user } || (answer.VerificationUri ?? answer.VerificationUrl) is not { } where)
        {
            throw new PryxException("OAUTH_ERROR", $"{_app.Name} gave no code to sign in with ({answer.Error}).", "check the client id and the scopes");
        }
        var life = TimeSpan.FromSeconds(Math.Clamp(answer.ExpiresIn ?? 600, 1, 1800));
        Started = new(_app.Provider, "device", (int)life.TotalSeconds) { Url = answer.VerificationUriComplete ?? where, UserCode = user };
        _running = Task.WhenAll(EndInTimeAsync(life), PollAsync(code, TimeSpan.FromSeconds(Math.Clamp(answer.Interval ?? 5, 1, 60))));
    }

    private async Task PollAsync(string code, TimeSpan pause)
    {
        try
        {
            while (!_outcome.Task.IsCompleted)
            {
                await Task.Delay(pause, _time, _ending.Token);
                TokenAnswer answer;
                try
                {
                    answer = await _client.RequestTokenAsync(_app, [new("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), new("device_code", code)], _ending.Token);
                }
                catch (PryxException e) when (e.Code == "OAUTH_UNREACHABLE")
                {
                    pause += SlowDown; // RFC 8628 §3.5: a failing network is no answer.
                    continue;
                }
                switch (answer)
                {
                    case { AccessToken.Length: > 0 }:
                        await _keepAsync(answer);
                        _outcome.TrySetResult(null);
                        break;
                    case { Error: "authorization_pending" }:
                        break;
                    case { Error: "slow_down" }:
                        pause += SlowDown;
                        break;
                    case { Error: "access_denied" }:
                        _outcome.TrySetResult("The sign-in was declined.");
                        break;
                    case { Error: "expired_token" }:
                        _outcome.TrySetResult(TimedOut);
                        break;
                    default:
                        _outcome.TrySetResult($"{_app.Name} did not sign you in ({OAuthClient.Words(answer)}).");
                        break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Given up; the outcome says so.
        }
        catch (PryxException e)
        {
            _outcome.TrySetResult($"{e.Message} {e.Next}.");
        }
    }

    private async Task EndInTimeAsync(TimeSpan limit)
    {
        var over = Task.Delay(limit, _time, _ending.Token);
        await Task.WhenAny(_outcome.Task, over);
        if (over.IsCompletedSuccessfully)
        {
            _outcome.TrySetResult(TimedOut);
        }
        // From here on nobody listens and nobody asks: the port is somebody else's.
        await _ending.CancelAsync();
        if (_callback is not null)
        {
            await _callback.DisposeAsync();
        }
    }

    private static string Random(int bytes) => Base64Url(RandomNumberGenerator.GetBytes(bytes));

    private static string Base64Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
