using System.Text.Json;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary><c>pryx hooks</c>, and a hook around a real run.</summary>
public sealed class HookCommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private const string Guard = """{"hooks":{"PreToolUse":[{"matcher":"Write","hooks":[{"type":"command","command":"grep -q made.txt && { echo 'not that file' >&2; exit 2; }; exit 0"}]}]}}""";

    [Fact]
    public async Task A_folders_guard_is_shown_tried_trusted_and_then_holds()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("write_file", """{"path":"made.txt","content":"x"}"""), ("write_file", """{"path":"other.txt","content":"x"}""")), Says("done")), Cancellation);
        using var person = Person.At(provider);
        person.Home.Write(".claude/settings.json", Guard);

        var listed = await person.PryxAsync("hooks", "list");
        Assert.True(listed.ExitCode == 0, listed.Stderr);
        var trust = await person.PryxAsync("hooks", "trust", "--yes");
        Assert.True(trust.ExitCode == 0, trust.Stderr);
        Assert.Contains("not that file", trust.Stdout + trust.Stderr, StringComparison.Ordinal);
        var hook = Assert.Single((await person.JsonAsync("hook", "list", "--json")).GetProperty("hooks").EnumerateArray());
        Assert.Equal(("PreToolUse", "Write"), (hook.GetProperty("event").GetString(), hook.GetProperty("matcher").GetString()));

        var tried = await person.PryxAsync("hooks", "test", "PreToolUse", "--tool", "Write", "--input", """{"path":"made.txt"}""");
        Assert.True(tried.ExitCode == 0, tried.Stderr);
        Assert.Contains("deny:", tried.Stdout, StringComparison.Ordinal);
        Assert.Contains("not that file", tried.Stdout, StringComparison.Ordinal);

        Assert.Equal(0, (await person.RunAsync("--approve-all", "write both")).ExitCode);
        Assert.Equal((false, true), (person.Home.Exists("made.txt"), person.Home.Exists("other.txt")));
    }

    [Fact]
    public async Task A_file_that_can_not_be_read_is_named_and_bad_arguments_are_usage_errors()
    {
        using var person = new Person();
        Directory.CreateDirectory(person.Home.Data);
        await File.WriteAllTextAsync(Path.Combine(person.Home.Data, "hooks.json"), "{\"hooks\": oops", Cancellation);

        var listed = await person.PryxAsync("hooks", "list");
        Assert.Contains("hooks.json", listed.Stderr, StringComparison.Ordinal);
        Assert.Contains("every tool call is denied", listed.Stderr, StringComparison.Ordinal);
        Assert.Equal(2, (await person.PryxAsync("hooks", "test", "PreToolUse", "--input", "{oops")).ExitCode);
        Assert.NotEqual(0, (await person.PryxAsync("hooks", "test", "NoSuchEvent")).ExitCode);
        using var _ = JsonDocument.Parse((await person.PryxAsync("hooks", "list", "--json")).Stdout);
    }
}
