using Pryx.Core.Configuration;
using Pryx.Core.Http;

namespace Pryx.Core.Access;

/// <summary>Everything one gateway knows about who may call it; each part is made when it is first needed.</summary>
/// <param name="readConfig">As it holds now.</param>
/// <param name="openAsync">The store of minted tokens.</param>
public sealed class AccessDesk(PryxPaths paths, Func<PryxConfig> readConfig, Func<CancellationToken, Task<AccessTokenStore>> openAsync, TimeProvider time, Action<string> onWarning)
{
    private volatile Known? _rules;

    public CoreToken Token { get; } = new(paths.CoreToken);
    public MintedTokens Minted { get; } = new(openAsync, time);
    public SigninLinks Links => field ??= new(time);

    /// <summary>Of the configuration that holds now.</summary>
    public AccessRules Rules
    {
        get
        {
            var config = readConfig();
            if (_rules is { } known && known.Config == config)
            {
                return known.Rules;
            }
            var rules = AccessRules.From(config, onWarning);
            _rules = new(config, rules);
            return rules;
        }
    }

    /// <summary>Other machines without a token: 10 a second; as many at once that 50 webhooks of one sender pass.</summary>
    public RateLimit StrangerLimit { get; } = new(60, 10, time);

    /// <summary>Other machines with a token, which the user gave them: only a client that has gone wild is slowed down.</summary>
    public RateLimit GuestLimit { get; } = new(1000, 100, time);

    /// <summary>Those who have no right token: 20 a minute.</summary>
    public RateLimit FailureLimit { get; } = new(20, 20 / 60.0, time);

    /// <summary><c>--no-auth</c>: everybody who can connect may do everything. Set before the first request.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Before the first request.</summary>
    /// <exception cref="Protocol.Errors.PryxException">STORAGE_…</exception>
    public Task OpenAsync(CancellationToken cancellationToken)
    {
        paths.Create();
        return Token.EnsureAsync(onWarning, cancellationToken);
    }

    /// <summary>Nobody when the token opens nothing.</summary>
    public async ValueTask<Caller> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (Token.Is(token))
        {
            return Core();
        }
        return await Minted.FindAsync(token, isCookie: false, cancellationToken) is { } caller ? caller
            : await Token.IsByNowAsync(token, cancellationToken) ? Core()
            : Caller.Nobody;
    }

    /// <summary>Nobody when the browser is not signed in.</summary>
    public async Task<Caller> FindByCookieAsync(string token, CancellationToken cancellationToken) =>
        await Minted.FindAsync(token, isCookie: true, cancellationToken) ?? Caller.Nobody;

    private sealed record Known(PryxConfig Config, AccessRules Rules);

    private Caller Core() => new("core", Scopes.All) { Revoked = Token.Revoked };
}
