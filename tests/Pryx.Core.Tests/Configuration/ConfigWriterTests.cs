using Pryx.Core.Configuration;
using Pryx.Protocol.Errors;
using Pryx.Testing;

namespace Pryx.Core.Tests.Configuration;

public sealed class ConfigWriterTests : IDisposable
{
    private readonly TempHome _home = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private PryxPaths Paths => new(_home.Home, _home.Data);

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("", "model_name", "qwen3", "model_name: qwen3\n")]
    [InlineData("# mine\nmodel_name: a # the fast one\nfuture: [1]\n", "model_name", "b", "# mine\nmodel_name: b # the fast one\nfuture: [1]\n")]
    [InlineData("model_name: a", "ollama_endpoint", "http://x:1", "model_name: a\nollama_endpoint: \"http://x:1\"\n")]
    [InlineData("model_name: \"a: b\"  # c\n", "model.name", "true", "model_name: \"true\"  # c\n")]
    [InlineData("telemetry:\n  enabled: true # t\n  endpoint: x\n", "telemetry_enabled", "FALSE", "telemetry:\n  enabled: false # t\n  endpoint: x\n")]
    [InlineData("telemetry: { enabled: true, endpoint: x }\n", "telemetry_endpoint", "https://y/z", "telemetry: { enabled: true, endpoint: \"https://y/z\" }\n")]
    [InlineData("allowed_origins: # mine\n  - a\n  - b # second\n# next\nmodel_name: a\n", "allowed_origins", "c, d", "allowed_origins: [c, d] # mine\n # second\n# next\nmodel_name: a\n")]
    [InlineData("allowed_origins: [a] # mine\nmodel_name: a\n", "allowed_origins", "a, b", "allowed_origins: [a, b] # mine\nmodel_name: a\n")]
    [InlineData("allowed_origins: []\n", "allowed_origins", "a", "allowed_origins: [a]\n")]
    [InlineData("allowed_origins: [\n  a, # one ]\n  \"b ]\",\n]\nmodel_name: a\n", "allowed_origins", "c", "allowed_origins: [c]\nmodel_name: a\n")]
    [InlineData("allowed_origins:\n- a\nmodel_name: a\n", "allowed_origins", "", "allowed_origins: []\nmodel_name: a\n")]
    [InlineData("model_name: # none yet\nui_theme: x\n", "model_name", "b", "model_name: b # none yet\nui_theme: x\n")]
    [InlineData("model_name:", "model_name", "b", "model_name: b")]
    [InlineData("model_name: |\n  a\n  b\nui_theme: x\n", "model_name", "c", "model_name: c\nui_theme: x\n")]
    [InlineData("model_name: >-\n  a\n  b\n\n# t\nui_theme: x\n", "model_name", "c", "model_name: c\n# t\nui_theme: x\n")]
    [InlineData("model_name: a\r\nui_theme: x\r\n", "model_name", "b", "model_name: b\r\nui_theme: x\r\n")]
    [InlineData("telemetry_enabled: true\ntelemetry:\n  enabled: true\n", "telemetry_enabled", "false", "telemetry_enabled: true\ntelemetry:\n  enabled: false\n")]
    public async Task Only_the_value_changes(string before, string name, string value, string after)
    {
        Write(before);
        await Writer.SetAsync(name, value, Cancellation);
        Assert.Equal(after, File.ReadAllText(Paths.Config));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Paths.Config));
        }
    }

    [Theory]
    [InlineData("a \"quoted\" \\ text\twith #, : and ünïcode \u0001\u2028")]
    [InlineData("null")]
    [InlineData("12")]
    [InlineData("  spaces ")]
    [InlineData(":0")]
    [InlineData("line\nbreak")]
    public async Task Every_text_comes_back_as_it_was_written(string value)
    {
        await Writer.SetAsync("ui_theme", value, Cancellation);
        Assert.Equal(value, PryxConfig.Load(Paths, new Settings(_ => null)).Text("ui_theme"));
    }

    [Theory]
    [InlineData("model_name: a\n", "nope", "x", "CONFIG_UNKNOWN_KEY")]
    [InlineData("model_name: a\n", "memory_enabled", "perhaps", "CONFIG_INVALID_VALUE")]
    [InlineData("model_name: a\n", "telegram_token", "hunter2", "CONFIG_SECRET")]
    [InlineData("model_name: a\n", "mcp_servers", "{}", "CONFIG_INVALID_VALUE")]
    [InlineData("model_name: [", "model_name", "x", "CONFIG_UNREADABLE")]
    [InlineData("- a\n", "model_name", "x", "CONFIG_UNREADABLE")]
    [InlineData("{ui_theme: x}\n", "model_name", "x", "CONFIG_UNREADABLE")]
    [InlineData("ui_theme: &t x\nmodel_name: *t\n", "ui_theme", "y", "CONFIG_UNREADABLE")]
    public async Task What_can_not_be_written_leaves_the_file_as_it_is(string before, string name, string value, string code)
    {
        Write(before);
        var error = await Assert.ThrowsAsync<PryxException>(() => Writer.SetAsync([new("ui_port", "1"), new(name, value)], Cancellation));
        Assert.Equal(code, error.Code);
        Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Paths.Config));
        Assert.Empty(Directory.GetFiles(_home.Data, "*.tmp"));
    }

    [Fact]
    public async Task A_linked_file_is_changed_where_it_is()
    {
        Paths.Create();
        var real = Path.Combine(_home.Root, "dotfiles.yaml");
        File.WriteAllText(real, "model_name: a\n");
        File.CreateSymbolicLink(Paths.Config, real);
        await Writer.SetAsync("model_name", "b", Cancellation);
        Assert.Equal("model_name: b\n", File.ReadAllText(real));
        Assert.NotNull(new FileInfo(Paths.Config).LinkTarget);
    }

    [Fact]
    public async Task Writers_at_the_same_time_lose_nothing()
    {
        string[] names = ["model_name", "model_provider", "ui_theme", "updates_channel", "ollama_endpoint", "telemetry_endpoint"];
        await Task.WhenAll(names.Select(name => Task.Run(() => new ConfigWriter(Paths, TimeProvider.System).SetAsync(name, "x-" + name, Cancellation), Cancellation)));
        var config = PryxConfig.Load(Paths, new Settings(_ => null));
        Assert.All(names, name => Assert.Equal("x-" + name, config.Text(name)));
    }

    private ConfigWriter Writer => new(Paths, TimeProvider.System);

    private void Write(string text)
    {
        Paths.Create();
        File.WriteAllText(Paths.Config, text);
    }
}
