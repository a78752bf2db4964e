using System.Globalization;
using Pryx.Core.Configuration;
using Pryx.Core.Secrets;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Providers.Http;

namespace Pryx.Core.OAuth;

/// <summary>
/// The tokens of the accounts the person has signed in with, in the vault. They are renewed shortly before they end, by one caller at a
/// time over all processes. A new refresh token is stored before anything else: whoever dies on the way has lost nothing.
/// </summary>
public sealed class OAuthTokens(PryxPaths paths, ISecretStore secrets, OAuthApps apps, OAuthClient client, TimeProvider time)
{
    // A request that takes the token now is answered within this, and clocks differ.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan UsualLife = TimeSpan.FromHours(1);

    public AccessTokenSource Of(string provider) => (rejected, cancellationToken) => new(ReadAsync(provider, rejected, cancellationToken));

    /// <summary>A token that holds.</summary>
    /// <param name="rejected">As <see cref="AccessTokenSource"/> takes it.</param>
    /// <exception cref="ModelException">Authentication: sign in again. Network: it could not be renewed now.</exception>
    public async Task<string> ReadAsync(string provider, string? rejected, CancellationToken cancellationToken)
    {
        try
        {
            if (await FreshAsync(provider, rejected, cancellationToken) is { } fresh)
            {
                return fresh;
            }
            await using var alone = await PrivateFile.LockAsync(Path.Combine(paths.Create().Data, $"oauth_{provider}.lock"), LockPatience, time, cancellationToken);
            // Whoever was before has renewed it.
            return await FreshAsync(provider, rejected, cancellationToken) ?? await RenewAsync(provider, rejected, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new ModelException(ModelFailure.Network, $"The sign-in to {provider} is being renewed by another Pryx, which does not get done. Try again in a moment.", e) { Provider = provider };
        }
        catch (PryxException e)
        {
            // No application any more, or a vault that does not open.
            throw new ModelException(ModelFailure.NotConfigured, $"{e.Message} Next: {e.Next}", e) { Provider = provider };
        }
    }

    /// <summary>Keeps what the provider has given. The order matters: what has a time of expiry is whole.</summary>
    internal async Task KeepAsync(string provider, TokenAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.RefreshToken is { Length: > 0 } refresh)
        {
            await secrets.SetAsync(SecretNames.Refresh(provider), refresh, cancellationToken);
        }
        await secrets.SetAsync(SecretNames.Access(provider), answer.AccessToken!, cancellationToken);
        var life = answer.ExpiresIn is > 0 and < 10_000_000 and var seconds ? TimeSpan.FromSeconds(seconds) : UsualLife;
        await secrets.SetAsync(SecretNames.Expires(provider), (time.GetUtcNow() + life).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), cancellationToken);
    }

    /// <summary>When the access token ends; null when nobody has signed in, or the provider has ended it.</summary>
    public async Task<DateTimeOffset?> ExpiresAsync(string provider, CancellationToken cancellationToken) =>
        long.TryParse(await secrets.GetAsync(SecretNames.Expires(provider), cancellationToken), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    /// <summary>Null when there is none that holds.</summary>
    private async Task<string?> FreshAsync(string provider, string? rejected, CancellationToken cancellationToken) =>
        await ExpiresAsync(provider, cancellationToken) is { } expires && expires - Margin > time.GetUtcNow()
            && await secrets.GetAsync(SecretNames.Access(provider), cancellationToken) is { } access && access != rejected ? access : null;

    private async Task<string> RenewAsync(string provider, string? rejected, CancellationToken cancellationToken)
    {
        var app = await apps.FindAsync(provider, cancellationToken);
        if (await secrets.GetAsync(SecretNames.Refresh(provider), cancellationToken) is not { } refresh)
        {
            throw await EndAsync(app, "has ended and can not be renewed", cancellationToken);
        }
        try
        {
            var answer = await client.RequestTokenAsync(app, [new("grant_type", "refresh_token"), new("refresh_token", refresh)], cancellationToken);
            if (answer.AccessToken is { Length: > 0 } access)
            {
                // The provider may have made the old refresh token void already: the new one is kept whoever leaves now.
                await KeepAsync(provider, answer, CancellationToken.None);
                return access;
            }
            throw answer.Error is "invalid_grant" or "unauthorized_client"
                ? await EndAsync(app, "was revoked or has expired", cancellationToken)
                : new ModelException(ModelFailure.Authentication, $"The sign-in to {app.Name} could not be renewed ({OAuthClient.Words(answer)}). Sign in again: pryx provider oauth {provider}") { Provider = provider };
        }
        catch (PryxException e) when (e.Code is "OAUTH_UNREACHABLE" or "OAUTH_ERROR")
        {
            // Near its end is not ended.
            return await ExpiresAsync(provider, cancellationToken) is { } expires && expires > time.GetUtcNow()
                && await secrets.GetAsync(SecretNames.Access(provider), cancellationToken) is { } last && last != rejected
                ? last : throw new ModelException(ModelFailure.Network, $"The sign-in to {app.Name} could not be renewed: {e.Message} {e.Next}.", e) { Provider = provider };
        }
    }

    /// <summary>What nobody can use any more is forgotten; that there was a sign-in is not, so that no other key is billed in its place unasked.</summary>
    private async Task<ModelException> EndAsync(OAuthApp app, string why, CancellationToken cancellationToken)
    {
        await secrets.SetAsync(SecretNames.Expires(app.Provider), SecretNames.SigninEnded, cancellationToken);
        await secrets.DeleteAsync(SecretNames.Access(app.Provider), cancellationToken);
        await secrets.DeleteAsync(SecretNames.Refresh(app.Provider), cancellationToken);
        return new(ModelFailure.Authentication, $"The sign-in to {app.Name} {why}. Sign in again: pryx provider oauth {app.Provider}") { Provider = app.Provider };
    }
}
