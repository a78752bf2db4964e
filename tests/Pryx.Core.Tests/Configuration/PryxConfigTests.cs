using Pryx.Core.Configuration;
using Pryx.Protocol.Errors;
using Pryx.Testing;

namespace Pryx.Core.Tests.Configuration;

public sealed class PryxConfigTests : IDisposable
{
    private readonly TempHome _home = new();
    private readonly Dictionary<string, string> _environment = [];

    private Settings Settings => new(name => name == "HOME" ? _home.Home : _environment.GetValueOrDefault(name));
    private PryxPaths Paths => PryxPaths.From(Settings);

    private PryxConfig Load(string? yaml = null, string? json = null)
    {
        Paths.Create();
        if (yaml is not null)
        {
            File.WriteAllText(Paths.Config, yaml);
        }
        if (json is not null)
        {
            File.WriteAllText(Paths.ConfigJson, json);
        }
        return PryxConfig.Load(Paths, Settings);
    }

    public void Dispose() => _home.Dispose();

    [Requirement("T1.3", "listen_addr")]
    [Requirement("T1.3", "database_path")]
    [Requirement("T1.3", "cloud_api_url")]
    [Requirement("T1.3", "model_provider")]
    [Requirement("T1.3", "model_name")]
    [Fact]
    public void Without_a_file_the_documented_defaults_hold()
    {
        var config = Load();
        Assert.Equal(":0", config.Text("listen_addr"));
        Assert.Equal(Path.Combine(_home.Home, ".pryx", "pryx.db"), config.FilePath("database_path"));
        Assert.Equal("https://pryx.dev/api", config.Text("cloud_api_url"));
        Assert.Equal("ollama", config.Text("model_provider"));
        Assert.Equal("llama3", config.Text("model_name"));
        Assert.Equal(TimeSpan.FromSeconds(30), config.Duration("agent_detect_interval"));
        Assert.True(config.Bool("memory_enabled"));
        Assert.Equal(10485760, config.Whole("max_websocket_message_size"));
        Assert.Empty(config.List("allowed_origins"));
        Assert.Null(config.ChosenModel);
        Assert.Empty(config.Warnings);
        Assert.False(File.Exists(Paths.Config));
    }

    [Fact]
    public void A_partial_file_keeps_the_other_defaults()
    {
        var config = Load("model_name: qwen3\nallowed_origins: [http://a, http://b]\nconfigured_providers: openai, groq\ntelemetry:\n  enabled: false\nmemory_enabled:\n");
        Assert.Equal("ollama/qwen3", config.ChosenModel);
        Assert.Equal(["http://a", "http://b"], config.List("allowed.origins"));
        Assert.Equal(["openai", "groq"], config.List("configured_providers"));
        Assert.False(config.Bool("telemetry_enabled"));
        Assert.True(config.Bool("memory_enabled"));
        Assert.Equal(60, config.Whole("websocket_rate_limit_per_minute"));
        Assert.Empty(config.Warnings);
    }

    [Requirement("T7.6", "defaults")]
    [Requirement("T7.6", "warning")]
    [Fact]
    public void A_corrupt_file_is_named_by_line_and_key_and_left_alone()
    {
        const string Broken = "model_name: qwen3\ntelegram_token: \"hunter2\nslack: [";
        var config = Load(Broken);
        Assert.Equal("llama3", config.Text("model_name"));
        var warning = Assert.Single(config.Warnings);
        Assert.Contains("line ", warning, StringComparison.Ordinal);
        Assert.Contains("near 'telegram_token'", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", warning, StringComparison.Ordinal);
        Assert.Equal(Broken, File.ReadAllText(Paths.Config));
    }

    [Theory]
    [InlineData("- a\n- b")]
    [InlineData("just a text")]
    [InlineData("a: b\n c: d\n\te")]
    [Requirement("T7.6", "defaults")]
    [Requirement("T7.6", "warning")]
    public void A_file_that_is_no_map_gives_a_warning_and_the_defaults(string yaml)
    {
        var config = Load(yaml);
        Assert.Single(config.Warnings);
        Assert.Equal(":0", config.Text("listen_addr"));
    }

    [Fact]
    public void A_value_of_the_wrong_type_loses_only_itself()
    {
        var config = Load("memory_enabled: hunter2\nmax_websocket_connections: 12\nagent_detect_interval: soon\nallowed_origins: {a: b}\nfuture_key: 1\n");
        Assert.Equal(3, config.Warnings.Count);
        Assert.Contains("line 1: memory_enabled must be true or false", config.Warnings[0], StringComparison.Ordinal);
        Assert.DoesNotContain(config.Warnings, warning => warning.Contains("hunter2", StringComparison.Ordinal));
        Assert.True(config.Bool("memory_enabled"));
        Assert.Equal(12, config.Whole("max_websocket_connections"));
        Assert.Contains("future_key", Assert.Single(config.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_is_stronger_than_the_file()
    {
        _environment["PRYX_LISTEN_ADDR"] = "127.0.0.1:3000";
        _environment["PRYX_MAX_MESSAGES"] = "many";
        _environment["PRYX_TELEMETRY_DISABLED"] = "true";
        var config = Load("listen_addr: ':1'\nmax_messages_per_session: 7\ntelemetry_enabled: true\n");
        Assert.Equal("127.0.0.1:3000", config.Text("listen_addr"));
        Assert.Equal(ConfigSource.Environment, config.Get("listen_addr").Source);
        Assert.Equal(7, config.Whole("max_messages_per_session"));
        Assert.Contains("PRYX_MAX_MESSAGES", Assert.Single(config.Warnings), StringComparison.Ordinal);
        Assert.False(config.Bool("telemetry_enabled"));
    }

    [Requirement("DM3", "version")]
    [Requirement("DM3", "telemetry")]
    [Requirement("DM3", "defaults")]
    [Requirement("DM3", "ui")]
    [Requirement("DM3", "updates")]
    [Requirement("DM3", "skills")]
    [Requirement("DM3", "mcp")]
    [Fact]
    public void Every_key_of_the_older_json_is_taken_and_yaml_wins()
    {
        const string Json = """
            { "version": "1.0",
              "telemetry": { "enabled": false, "endpoint": "https://t.example", "sampling_ratio": 0.5, "redact_pii": false },
              "defaults": { "model": "anthropic/claude-sonnet-4-20250514", "workspace": "~/projects" },
              "ui": { "theme": "dark", "port": null },
              "updates": { "channel": "beta", "auto_check": false },
              "skills": { "enabled": false, "extraDirs": ["/a", "/b"], "entries": {"weather": {"enabled": true}} },
              "mcp": { "enabled": false, "servers": {"x": {"url": "https://x"}} } }
            """;
        var config = Load("ui_theme: light\n", Json);
        Assert.Empty(config.Warnings);
        Assert.Empty(config.Notes);
        Assert.Equal("anthropic/claude-sonnet-4-20250514", config.ChosenModel);
        Assert.Equal(Path.Combine(_home.Home, "projects"), config.FilePath("defaults_workspace"));
        Assert.False(config.Bool("telemetry_enabled"));
        Assert.Equal("https://t.example", config.Text("telemetry_endpoint"));
        Assert.Equal(0.5, config.Number("telemetry_sampling_ratio"));
        Assert.False(config.Bool("telemetry_redact_pii"));
        Assert.Equal("light", config.Text("ui_theme"));
        Assert.Equal(0, config.Whole("ui_port"));
        Assert.Equal("beta", config.Text("updates_channel"));
        Assert.False(config.Bool("updates_auto_check"));
        Assert.False(config.Bool("skills_enabled"));
        Assert.Equal(["/a", "/b"], config.List("skills_extra_dirs"));
        Assert.Contains("weather", config.Text("skills_entries"), StringComparison.Ordinal);
        Assert.False(config.Bool("mcp_enabled"));
        Assert.Contains("https://x", config.Text("mcp_servers"), StringComparison.Ordinal);
        Assert.Equal(Json, File.ReadAllText(Paths.ConfigJson));
        Assert.Contains("line 1", Assert.Single(Load("", "{ hunter2").Warnings), StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("T7.10", "unknown config key")]
    public void An_unknown_key_is_an_error_for_who_asks_for_it() =>
        Assert.Equal("Unknown config key: nope", Assert.Throws<PryxException>(() => Load().Get("nope")).Message);

    [Fact]
    [Requirement("T1.1", "directories")]
    [Requirement("T1.1", "permissions")]
    public void The_data_directory_is_private_and_may_be_elsewhere()
    {
        Load();
        Assert.True(Directory.Exists(Path.Combine(_home.Home, ".pryx", "skills")));
        Assert.True(Directory.Exists(Path.Combine(_home.Home, ".pryx", "cache")));
        _environment["PRYX_DATA_DIR"] = "~/elsewhere";
        Assert.Equal(Path.Combine(_home.Home, "elsewhere"), Paths.Data);
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Paths.Data, (UnixFileMode)0b111_101_101);
            Paths.Create();
            Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(Paths.Data));
        }
    }
}
