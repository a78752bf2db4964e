using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Pryx.Protocol.Cloud;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Cloud;

/// <summary>
/// The device flow (RFC 8628) with PKCE (RFC 7636, S256): the verifier stays here as long as its code holds, so that only this Core can
/// turn the code into a token.
/// </summary>
public sealed class CloudLogin(CloudClient cloud, CloudTokens tokens, TimeProvider time)
{
    private const int UsualSeconds = 600;
    private const int LongestSeconds = 1800;
    private const int Remembered = 100;

    // A network comes and goes while somebody types a code elsewhere.
    private const int Patience = 3;
    private static readonly TimeSpan SlowDown = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, Asked> _asked = new(StringComparer.Ordinal);

    /// <exception cref="PryxException">CLOUD_URL_MISSING, CLOUD_URL_INVALID, CLOUD_UNREACHABLE, CLOUD_ERROR.</exception>
    public async Task<DeviceCode> StartAsync(CancellationToken cancellationToken)
    {
        var verifier = Text(RandomNumberGenerator.GetBytes(32));
        var answer = await cloud.RequestCodeAsync(new CodeRequest("pryx", Text(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))), "S256"), cancellationToken);
        var (seconds, interval) = (Seconds(answer.ExpiresIn), Math.Clamp(answer.Interval ?? 5, 1, 60));
        Forget();
        _asked[answer.DeviceCode!] = new(verifier, time.GetUtcNow().AddSeconds(seconds)) { Pause = TimeSpan.FromSeconds(interval) };
        return new(answer.DeviceCode!, answer.UserCode!, answer.VerificationUri!, seconds, interval) { VerificationUriComplete = answer.VerificationUriComplete };
    }

    /// <summary>Returns when the token is in the vault. After a time-out the code may be tried again, with whatever pace the cloud has asked for.</summary>
    /// <exception cref="PryxException">TIMEOUT, CODE_EXPIRED, LOGIN_DENIED, CLOUD_…, VAULT_…</exception>
    public async Task WaitAsync(string code, int? interval, int? expiresIn, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(Seconds(expiresIn)), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        var asked = _asked.GetValueOrDefault(code) ?? new Asked(null, DateTimeOffset.MaxValue);
        var given = TimeSpan.FromSeconds(Math.Clamp(interval ?? 5, 1, 60));
        asked.Pause = asked.Pause > given ? asked.Pause : given;
        var request = new TokenRequest("urn:ietf:params:oauth:grant-type:device_code", code, "pryx", asked.Verifier);
        try
        {
            while (!await AskAsync(request, asked, either.Token, cancellationToken))
            {
                await Task.Delay(asked.Pause, time, either.Token);
            }
            _asked.TryRemove(code, out _);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new PryxException("TIMEOUT", "login timed out", "try again: pryx login; or go on offline, everything but the cloud works without it");
        }
    }

    /// <returns>False: not yet.</returns>
    private async Task<bool> AskAsync(TokenRequest request, Asked asked, CancellationToken until, CancellationToken cancellationToken)
    {
        TokenAnswer answer;
        try
        {
            answer = await cloud.RequestTokenAsync(request, until);
            asked.Failures = 0;
        }
        catch (PryxException e) when (e.Code == "CLOUD_UNREACHABLE" && ++asked.Failures < Patience)
        {
            return false;
        }
        switch (answer)
        {
            case { AccessToken.Length: > 0 }:
                // It was given once: whoever leaves now must not lose it.
                await tokens.KeepAsync(answer, CancellationToken.None);
                return true;
            case { Error: "authorization_pending" }:
                return false;
            case { Error: "slow_down" }:
                asked.Pause += SlowDown;
                return false;
            case { Error: "expired_token" }:
                _asked.TryRemove(request.DeviceCode, out _);
                throw new PryxException("CODE_EXPIRED", "login timed out: the code was not entered in time and has expired", "begin again: pryx login; or go on offline, everything but the cloud works without it");
            case { Error: "access_denied" }:
                _asked.TryRemove(request.DeviceCode, out _);
                throw new PryxException("LOGIN_DENIED", "The sign-in was refused in the browser.", "begin again if that was a mistake: pryx login; everything but the cloud works without it");
            default:
                throw new PryxException("CLOUD_ERROR", $"The cloud refused the sign-in{(answer.Error is { } error ? $": {Short(error)}" : "")}.", "begin again: pryx login");
        }
    }

    private static int Seconds(int? given) => given is >= 1 and <= LongestSeconds ? given.Value : UsualSeconds;

    // Another program's words, for a person: bounded and printable.
    private static string Short(string text) => new([.. text.Take(60).Where(static c => c is >= ' ' and <= '~')]);

    private void Forget()
    {
        var now = time.GetUtcNow();
        foreach (var (code, kept) in _asked)
        {
            if (kept.Until < now || _asked.Count >= Remembered)
            {
                _asked.TryRemove(code, out _);
            }
        }
    }

    private static string Text(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>A code that was asked for.</summary>
    /// <param name="verifier">Null for one that another Core asked for.</param>
    private sealed class Asked(string? verifier, DateTimeOffset until)
    {
        public string? Verifier => verifier;
        public DateTimeOffset Until => until;

        /// <summary>Between two questions, as the cloud wants it.</summary>
        public TimeSpan Pause { get; set; }

        /// <summary>In a row.</summary>
        public int Failures { get; set; }
    }
}
