using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Pryx.Core.Secrets;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Cloud;

/// <summary>
/// The device flow (RFC 8628) with PKCE (RFC 7636, S256): the verifier stays here as long as its code holds, so that only this Core can
/// turn the code into a token.
/// </summary>
public sealed class CloudLogin(CloudClient cloud, ISecretStore secrets, TimeProvider time)
{
    public const string AccessToken = "pryx:cloud_access_token";
    public const string RefreshToken = "pryx:cloud_refresh_token";
    private const int UsualSeconds = 600;
    private const int LongestSeconds = 1800;
    private const int Remembered = 100;
    private static readonly TimeSpan SlowDown = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, (string Verifier, DateTimeOffset Until)> _verifiers = new(StringComparer.Ordinal);

    /// <exception cref="PryxException">CLOUD_URL_MISSING, CLOUD_URL_INVALID, CLOUD_UNREACHABLE, CLOUD_ERROR.</exception>
    public async Task<DeviceCode> StartAsync(CancellationToken cancellationToken)
    {
        var verifier = Text(RandomNumberGenerator.GetBytes(32));
        var answer = await cloud.RequestCodeAsync(new CodeRequest("pryx", Text(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))), "S256"), cancellationToken);
        var seconds = Seconds(answer.ExpiresIn);
        Forget();
        _verifiers[answer.DeviceCode!] = (verifier, time.GetUtcNow().AddSeconds(seconds));
        return new(answer.DeviceCode!, answer.UserCode!, answer.VerificationUri!, seconds, Math.Clamp(answer.Interval ?? 5, 1, 60)) { VerificationUriComplete = answer.VerificationUriComplete };
    }

    /// <summary>Returns when the token is in the vault. After a time-out the code may be tried again.</summary>
    /// <exception cref="PryxException">TIMEOUT, CLOUD_…, VAULT_…</exception>
    public async Task WaitAsync(string code, int? interval, int? expiresIn, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(Seconds(expiresIn)), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        var pause = TimeSpan.FromSeconds(Math.Clamp(interval ?? 5, 1, 60));
        var request = new TokenRequest("urn:ietf:params:oauth:grant-type:device_code", code, "pryx", _verifiers.TryGetValue(code, out var kept) ? kept.Verifier : null);
        try
        {
            while (true)
            {
                var answer = await cloud.RequestTokenAsync(request, either.Token);
                switch (answer)
                {
                    case { AccessToken: { Length: > 0 } token }:
                        await secrets.SetAsync(AccessToken, token, cancellationToken);
                        if (answer.RefreshToken is { Length: > 0 } refresh)
                        {
                            await secrets.SetAsync(RefreshToken, refresh, cancellationToken);
                        }
                        _verifiers.TryRemove(code, out _);
                        return;
                    case { Error: "authorization_pending" }:
                        break;
                    case { Error: "slow_down" }:
                        pause += SlowDown;
                        break;
                    case { Error: "expired_token" }:
                        throw TimedOut();
                    default:
                        throw new PryxException("CLOUD_ERROR", $"The cloud refused the sign-in{(answer.Error is { } error ? $": {Short(error)}" : "")}.", "begin again: POST /api/v1/cloud/login/start");
                }
                await Task.Delay(pause, time, either.Token);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw TimedOut();
        }
    }

    private static PryxException TimedOut() => new("TIMEOUT", "login timed out", "try again, or begin again: POST /api/v1/cloud/login/start");

    private static int Seconds(int? given) => given is >= 1 and <= LongestSeconds ? given.Value : UsualSeconds;

    // Another program's words, for a person: bounded and printable.
    private static string Short(string text) => new([.. text.Take(60).Where(static c => c is >= ' ' and <= '~')]);

    private void Forget()
    {
        var now = time.GetUtcNow();
        foreach (var (code, kept) in _verifiers)
        {
            if (kept.Until < now || _verifiers.Count >= Remembered)
            {
                _verifiers.TryRemove(code, out _);
            }
        }
    }

    private static string Text(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
