using System.Globalization;
using Pryx.Core.Configuration;
using Pryx.Core.Secrets;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Cloud;

/// <summary>
/// The tokens of the cloud, in the keychain or vault and nowhere else. They are renewed shortly before they end, by one process at a time;
/// each renewal makes the old refresh token void, so the new one is stored before anything else.
/// </summary>
public sealed class CloudTokens(PryxPaths paths, CloudClient cloud, ISecretStore secrets, TimeProvider time)
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan UsualLife = TimeSpan.FromHours(1);

    public async Task<bool> IsSignedInAsync(CancellationToken cancellationToken) => await secrets.GetAsync(SecretNames.CloudAccess, cancellationToken) is not null;

    /// <summary>When the access token ends, UTC; null when nobody is signed in.</summary>
    public async Task<DateTimeOffset?> ExpiresAsync(CancellationToken cancellationToken) =>
        long.TryParse(await secrets.GetAsync(SecretNames.CloudExpires, cancellationToken), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    /// <summary>A token that holds, renewed if it has to be.</summary>
    /// <exception cref="PryxException">CLOUD_SIGNED_OUT: nobody is signed in, or the cloud has ended it. CLOUD_UNREACHABLE, CLOUD_ERROR: it could not be renewed now.</exception>
    public async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        if (await FreshAsync(cancellationToken) is { } fresh)
        {
            return fresh;
        }
        try
        {
            await using var alone = await PrivateFile.LockAsync(Path.Combine(paths.Create().Data, "cloud.lock"), LockPatience, time, cancellationToken);
            // Whoever was before has renewed it.
            return await FreshAsync(cancellationToken) ?? await RenewAsync(cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new PryxException("CLOUD_UNREACHABLE", "The sign-in is being renewed by another Pryx, which does not get done.", "try again in a moment", e);
        }
    }

    /// <summary>Forgets them; what the cloud knows of this machine is ended there.</summary>
    /// <returns>False when there were none.</returns>
    public async Task<bool> ForgetAsync(CancellationToken cancellationToken)
    {
        var isGone = false;
        foreach (var name in (string[])[SecretNames.CloudAccess, SecretNames.CloudRefresh, SecretNames.CloudExpires])
        {
            isGone |= await secrets.DeleteAsync(name, cancellationToken);
        }
        return isGone;
    }

    internal async Task KeepAsync(TokenAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.RefreshToken is { Length: > 0 } refresh)
        {
            await secrets.SetAsync(SecretNames.CloudRefresh, refresh, cancellationToken);
        }
        var life = answer.ExpiresIn is > 0 and < 10_000_000 and var seconds ? TimeSpan.FromSeconds(seconds) : UsualLife;
        await secrets.SetAsync(SecretNames.CloudExpires, (time.GetUtcNow() + life).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), cancellationToken);
        await secrets.SetAsync(SecretNames.CloudAccess, answer.AccessToken!, cancellationToken);
    }

    private async Task<string?> FreshAsync(CancellationToken cancellationToken) =>
        await ExpiresAsync(cancellationToken) is { } expires && expires - Margin > time.GetUtcNow() ? await secrets.GetAsync(SecretNames.CloudAccess, cancellationToken) : null;

    private async Task<string> RenewAsync(CancellationToken cancellationToken)
    {
        if (await secrets.GetAsync(SecretNames.CloudRefresh, cancellationToken) is not { } refresh)
        {
            // A sign-in without one lasts as long as its token does.
            await ForgetAsync(cancellationToken);
            throw SignedOut("Nobody is signed in to Pryx Cloud.");
        }
        var answer = await cloud.RefreshAsync(refresh, cancellationToken);
        if (answer.AccessToken is { Length: > 0 } access)
        {
            await KeepAsync(answer, CancellationToken.None);
            return access;
        }
        if (answer.Error is "invalid_grant" or "invalid_token" or "expired_token")
        {
            await ForgetAsync(CancellationToken.None);
            throw SignedOut("The cloud has ended the sign-in.");
        }
        throw new PryxException("CLOUD_ERROR", "The cloud did not renew the sign-in.", "try again later: pryx login --status");
    }

    private static PryxException SignedOut(string message) => new("CLOUD_SIGNED_OUT", message, "pryx login; everything but the cloud works without it");
}
