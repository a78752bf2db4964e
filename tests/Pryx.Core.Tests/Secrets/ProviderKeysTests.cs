using Pryx.Core.Configuration;
using Pryx.Core.Secrets;
using Pryx.Protocol.Errors;
using Pryx.Testing;

namespace Pryx.Core.Tests.Secrets;

public sealed class ProviderKeysTests : IDisposable
{
    private readonly TempHome _home = new();
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData(true, true, true, "environment")]
    [InlineData(false, true, true, "vault")]
    [InlineData(false, false, true, "dotenv")]
    [InlineData(false, false, false, null)]
    public async Task The_first_source_that_has_a_key_wins(bool isInEnvironment, bool isInVault, bool isInDotEnv, string? expected)
    {
        var paths = new PryxPaths(_home.Home, _home.Data);
        var settings = new Settings(name => isInEnvironment && name == "OPENROUTER_API_KEY" ? " environment " : null)
            .With(isInDotEnv ? DotEnv.Parse("OPENROUTER_API_KEY=dotenv", isTrusted: false) : DotEnv.Empty);
        var vault = new FileVault(VaultOptions.From(paths, settings), TimeProvider.System);
        if (isInVault)
        {
            await vault.SetAsync(SecretNames.Provider("openrouter"), "vault", Cancellation);
        }
        var keys = await new ProviderKeys(settings, vault).ReadAsync("openrouter", Cancellation);
        Assert.Equal(expected, keys("openrouter"));
        Assert.Null(keys("groq"));
    }

    [Fact]
    [Requirement("T7.9", "clear error")]
    [Requirement("T7.9", "fallback")]
    public async Task With_a_vault_that_does_not_open_the_environment_still_has_a_key_and_without_one_it_says_why()
    {
        var paths = new PryxPaths(_home.Home, _home.Data);
        await new FileVault(VaultOptions.From(paths, new Settings(_ => null)), TimeProvider.System).SetAsync(SecretNames.Provider("openrouter"), "vault", Cancellation);
        File.Delete(VaultOptions.From(paths, new Settings(_ => null)).KeyPath);

        var without = new Settings(_ => null);
        var error = await Assert.ThrowsAsync<PryxException>(() => new ProviderKeys(without, new FileVault(VaultOptions.From(paths, without), TimeProvider.System)).ReadAsync("openrouter", Cancellation));
        Assert.Equal("VAULT_KEY_MISSING", error.Code);
        Assert.NotNull(error.Next);
        var with = new Settings(name => name == "OPENROUTER_API_KEY" ? "environment" : null);
        Assert.Equal("environment", (await new ProviderKeys(with, new FileVault(VaultOptions.From(paths, with), TimeProvider.System)).ReadAsync("openrouter", Cancellation))("openrouter"));
    }

    [Fact]
    public void The_vault_may_be_elsewhere_and_its_options_do_not_print_the_passphrase()
    {
        var settings = new Settings(name => name switch { "PRYX_KEYCHAIN_FILE" => "~/k.json", "PRYX_VAULT_PASSPHRASE" => "hunter2", _ => null });
        var options = VaultOptions.From(new(_home.Home, _home.Data), settings);
        Assert.Equal(Path.Combine(_home.Home, "k.json"), options.Path);
        Assert.Equal("hunter2", options.Passphrase);
        Assert.DoesNotContain("hunter2", options.ToString(), StringComparison.Ordinal);
    }
}
