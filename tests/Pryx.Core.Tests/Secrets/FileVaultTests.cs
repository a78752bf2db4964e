using System.Diagnostics;
using System.Text.Json.Nodes;
using Pryx.Core.Configuration;
using Pryx.Core.Secrets;
using Pryx.Protocol.Errors;
using Pryx.Testing;

namespace Pryx.Core.Tests.Secrets;

public sealed class FileVaultTests : IDisposable
{
    private const string Secret = "sk-hunter2-hunter2";
    private readonly TempHome _home = new();

    private VaultOptions Options => new(Path.Combine(_home.Data, "vault.json"), Path.Combine(_home.Data, "vault.key"), Path.Combine(_home.Data, "keychain.json"));

    private FileVault Vault(string? passphrase = null) => new(Options with { Passphrase = passphrase }, TimeProvider.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task What_is_set_is_found_by_another_instance_listed_by_name_and_deleted()
    {
        Assert.Null(await Vault().GetAsync("pryx:provider:openai", Cancellation));
        Assert.Empty(await Vault().ListAsync(Cancellation));
        await Vault().SetAsync(SecretNames.Provider("OpenAI"), Secret, Cancellation);
        await Vault().SetAsync("pryx:provider:groq", "käse", Cancellation);
        Assert.Equal(Secret, await Vault().GetAsync("pryx:provider:openai", Cancellation));
        Assert.Equal("käse", await Vault().GetAsync("pryx:provider:groq", Cancellation));
        Assert.Equal(["pryx:provider:groq", "pryx:provider:openai"], await Vault().ListAsync(Cancellation));
        Assert.True(await Vault().DeleteAsync("pryx:provider:groq", Cancellation));
        Assert.False(await Vault().DeleteAsync("pryx:provider:groq", Cancellation));
        Assert.Null(await Vault().GetAsync("pryx:provider:groq", Cancellation));
    }

    [Fact]
    [Requirement("NFR-S2", "none in plaintext config")]
    [Requirement("DM2", "keychain.json")]
    public async Task Nothing_on_disk_shows_a_value_and_only_the_references_show_names()
    {
        await Vault().SetAsync("pryx:provider:openai", Secret, Cancellation);
        foreach (var file in Directory.GetFiles(_home.Data))
        {
            var text = await File.ReadAllTextAsync(file, Cancellation);
            Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
            Assert.Equal(file == Options.ReferencesPath, text.Contains("pryx:provider:openai", StringComparison.Ordinal));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }
    }

    [Fact]
    public async Task The_same_secrets_are_never_the_same_bytes()
    {
        await Vault().SetAsync("a", "1", Cancellation);
        var first = Data();
        await Vault().SetAsync("a", "2", Cancellation);
        await Vault().SetAsync("a", "1", Cancellation);
        Assert.NotEqual(first, Data());

        string Data() => JsonNode.Parse(File.ReadAllText(Options.Path))!["data"]!.GetValue<string>();
    }

    [Fact]
    public async Task A_passphrase_replaces_the_key_file()
    {
        await Vault("correct horse").SetAsync("a", Secret, Cancellation);
        Assert.False(File.Exists(Options.KeyPath));
        Assert.Equal(Secret, await Vault("correct horse").GetAsync("a", Cancellation));
        Assert.True(JsonNode.Parse(await File.ReadAllTextAsync(Options.Path, Cancellation))!["iterations"]!.GetValue<int>() >= 600_000);
        await Fails("VAULT_WRONG_KEY", () => Vault("battery staple").GetAsync("a", Cancellation), "battery staple");
        await Fails("VAULT_WRONG_KEY", () => Vault("battery staple").SetAsync("b", "x", Cancellation), "battery staple");
        await Fails("VAULT_LOCKED", () => Vault().GetAsync("a", Cancellation));
    }

    [Fact]
    [Requirement("T7.9", "clear error")]
    public async Task A_missing_damaged_or_foreign_key_file_is_named_and_nothing_is_written()
    {
        await Vault().SetAsync("a", Secret, Cancellation);
        var key = await File.ReadAllTextAsync(Options.KeyPath, Cancellation);
        File.Delete(Options.KeyPath);
        await Fails("VAULT_KEY_MISSING", () => Vault().GetAsync("a", Cancellation));
        await Fails("VAULT_KEY_MISSING", () => Vault().SetAsync("a", "x", Cancellation));
        Assert.False(File.Exists(Options.KeyPath));
        await File.WriteAllTextAsync(Options.KeyPath, "hunter2", Cancellation);
        await Fails("VAULT_KEY_UNREADABLE", () => Vault().GetAsync("a", Cancellation), "hunter2");
        await File.WriteAllTextAsync(Options.KeyPath, Convert.ToBase64String(new byte[32]), Cancellation);
        await Fails("VAULT_WRONG_KEY", () => Vault().SetAsync("a", "x", Cancellation));
        await File.WriteAllTextAsync(Options.KeyPath, key, Cancellation);
        Assert.Equal(Secret, await Vault().GetAsync("a", Cancellation));
    }

    [Fact]
    public async Task Every_changed_byte_of_the_content_is_noticed()
    {
        await Vault().SetAsync("a", Secret, Cancellation);
        var original = JsonNode.Parse(await File.ReadAllTextAsync(Options.Path, Cancellation))!;
        foreach (var field in new[] { "data", "nonce" })
        {
            var bytes = Convert.FromBase64String(original[field]!.GetValue<string>());
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] ^= 1;
                var changed = original.DeepClone();
                changed[field] = Convert.ToBase64String(bytes);
                await File.WriteAllTextAsync(Options.Path, changed.ToJsonString(), Cancellation);
                await Fails("VAULT_WRONG_KEY", () => Vault().GetAsync("a", Cancellation));
                bytes[i] ^= 1;
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"pryx:provider:openai\":\"hunter2\"}")]
    [InlineData("{\"version\":2}")]
    [InlineData("{\"version\":1,\"key\":\"key-file\",\"nonce\":\"AA==\",\"data\":\"AA==\"}")]
    [InlineData("{\"version\":1,\"key\":\"pbkdf2-sha256\",\"iterations\":2000000000,\"salt\":\"AA==\",\"nonce\":\"AAAAAAAAAAAAAAAA\",\"data\":\"AA==\"}")]
    public async Task A_file_that_is_no_vault_is_refused_and_left_alone(string content)
    {
        Directory.CreateDirectory(_home.Data);
        await File.WriteAllTextAsync(Options.Path, content, Cancellation);
        await Fails("VAULT_UNREADABLE", () => Vault("x").GetAsync("a", Cancellation), "hunter2");
        await Fails("VAULT_UNREADABLE", () => Vault("x").SetAsync("a", "b", Cancellation), "hunter2");
    }

    [Fact]
    public async Task A_change_of_the_key_derivation_does_not_open_it()
    {
        await Vault("p").SetAsync("a", Secret, Cancellation);
        var changed = JsonNode.Parse(await File.ReadAllTextAsync(Options.Path, Cancellation))!;
        changed["iterations"] = 1;
        await File.WriteAllTextAsync(Options.Path, changed.ToJsonString(), Cancellation);
        await Fails("VAULT_WRONG_KEY", () => Vault("p").GetAsync("a", Cancellation));
    }

    [Fact]
    public async Task Two_processes_lose_none_of_each_other_s_secrets()
    {
        using var first = Child("first", 40);
        using var second = Child("second", 40);
        await first.WaitForExitAsync(Cancellation);
        await second.WaitForExitAsync(Cancellation);
        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        Assert.Equal(80, (await Vault().ListAsync(Cancellation)).Count);
    }

    [Fact]
    public async Task A_process_that_is_killed_while_it_writes_leaves_a_vault_that_opens()
    {
        await Vault().SetAsync("before", Secret, Cancellation);
        var random = new Random(1);
        var written = 0;
        for (var round = 0; round < 6; round++)
        {
            using var child = Child($"r{round}", 100_000);
            while ((await Vault().ListAsync(Cancellation)).All(name => !name.StartsWith($"r{round}-", StringComparison.Ordinal)))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, Cancellation);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(20)), TimeProvider.System, Cancellation);
            child.Kill();
            await child.WaitForExitAsync(Cancellation);
            var names = await Vault().ListAsync(Cancellation);
            Assert.True(names.Count > written);
            written = names.Count;
            Assert.Equal(Secret, await Vault().GetAsync("before", Cancellation));
            await Vault().SetAsync($"after-{round}", "x", Cancellation);
        }
    }

    /// <summary>Not a test: what the child processes of the tests above run.</summary>
    [Fact(Explicit = true)]
    public async Task Child_writes_secrets()
    {
        if (EnvironmentSettings.Read("VAULT_TEST_DATA") is not { } data)
        {
            return;
        }
        var name = EnvironmentSettings.Read("VAULT_TEST_NAME");
        var count = int.Parse(EnvironmentSettings.Read("VAULT_TEST_COUNT")!, System.Globalization.CultureInfo.InvariantCulture);
        var vault = new FileVault(new(Path.Combine(data, "vault.json"), Path.Combine(data, "vault.key"), Path.Combine(data, "keychain.json")), TimeProvider.System);
        for (var i = 0; i < count; i++)
        {
            await vault.SetAsync($"{name}-{i}", new string('x', 500), Cancellation);
        }
    }

    private Process Child(string name, int count)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { typeof(FileVaultTests).Assembly.Location, "-explicit", "only", "-method", $"{typeof(FileVaultTests).FullName}.{nameof(Child_writes_secrets)}" },
            Environment = { ["VAULT_TEST_DATA"] = _home.Data, ["VAULT_TEST_NAME"] = name, ["VAULT_TEST_COUNT"] = $"{count}" },
            RedirectStandardOutput = true,
        };
        var process = new Process { StartInfo = start };
        process.Start();
        process.BeginOutputReadLine();
        return process;
    }

    /// <summary>The error has the code, gives nothing away, and whatever was on disk is still there byte for byte.</summary>
    private async Task Fails(string code, Func<Task> action, string neverSaid = Secret)
    {
        var before = Files();
        var error = await Assert.ThrowsAsync<PryxException>(action);
        Assert.Equal(code, error.Code);
        Assert.NotNull(error.Next);
        Assert.DoesNotContain(neverSaid, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, Files());

        SortedDictionary<string, string> Files() => new(Directory.GetFiles(_home.Data).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).ToDictionary(file => file, file => Convert.ToHexString(File.ReadAllBytes(file))));
    }
}
