using System.Net;
using Pryx.Core.Tests.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Commands;

/// <summary>Commands from files, in turns of the real daemon.</summary>
public sealed class CustomCommandTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_command_of_the_user_brings_its_text_with_arguments_and_files()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello.")), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel);
        Put(core.Home.Data, "commands/git/review.md", """
            ---
            description: Reviews a file
            argument-hint: [file] [depth]
            ---
            Review @$1 with depth $2. All: $ARGUMENTS
            """);
        await File.WriteAllTextAsync(Path.Combine(core.Home.Workspace, "a.txt"), "one\ntwo", Cancel);
        var id = await SessionEndpointTests.NewAsync(core);

        await SayAsync(core, id, "/git:review a.txt \"very deep\"");

        var text = string.Join('\n', provider.ModelRequests[0].Messages.Select(message => message.Text));
        Assert.Contains("Review @a.txt with depth very deep. All: a.txt \"very deep\"", text, StringComparison.Ordinal);
        Assert.Contains("     2\ttwo", text, StringComparison.Ordinal);
        Assert.Empty(provider.Violations);
    }

    [Fact]
    public async Task What_a_command_allows_itself_narrows_and_never_grants()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("write_file", """{"path":"b.txt","content":"x"}"""), ("shell_exec", """{"command":"git status"}"""), ("shell_exec", """{"command":"touch c.txt"}"""), ("read_file", """{"path":"a.txt"}""")), Says("Done.")), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel);
        Put(core.Home.Data, "commands/look.md", "---\nallowed-tools: Bash(git status:*), Read\n---\nLook.");
        await File.WriteAllTextAsync(Path.Combine(core.Home.Workspace, "a.txt"), "one", Cancel);
        var id = await SessionEndpointTests.NewAsync(core);

        await SayAsync(core, id, "/look", approveAll: true);
        await SayAsync(core, id, "and now freely", approveAll: true);

        var outputs = await OutputsAsync(core, id);
        Assert.Equal(2, outputs.Take(4).Count(static output => output.Contains("/look may use only", StringComparison.Ordinal)));
        Assert.Contains(outputs.Take(4), static output => output.Contains("     1\tone", StringComparison.Ordinal));
        Assert.Contains(outputs.Take(4), static output => output.Contains("not a git repository", StringComparison.Ordinal));
        // The narrowing is the command's alone.
        Assert.Contains(outputs.Skip(4), static output => output.Contains("Created b.txt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Allowed_tools_do_not_answer_a_question()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("shell_exec", """{"command":"touch c.txt"}""")), Says("Done.")), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel);
        Put(core.Home.Data, "commands/go.md", "---\nallowed-tools: Bash\n---\nGo.");
        var id = await SessionEndpointTests.NewAsync(core);

        await SayAsync(core, id, "/go", policy: "ask");

        Assert.Contains("nobody can be asked", (await OutputsAsync(core, id))[0], StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(core.Home.Workspace, "c.txt")));
    }

    [Fact]
    public async Task An_included_command_line_is_a_call_like_any_other()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello.")), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel);
        Put(core.Home.Data, "commands/state.md", "State: !`echo so-it-is > made.txt; cat made.txt`");
        var (asked, approved) = (await SessionEndpointTests.NewAsync(core), await SessionEndpointTests.NewAsync(core));

        await SayAsync(core, asked, "/state", policy: "ask");
        var isRunUnasked = File.Exists(Path.Combine(core.Home.Workspace, "made.txt"));
        await SayAsync(core, approved, "/state", approveAll: true);

        Assert.False(isRunUnasked);
        Assert.Contains("nobody can be asked", (await OutputsAsync(core, asked))[0], StringComparison.Ordinal);
        Assert.Contains("so-it-is", (await OutputsAsync(core, approved))[0], StringComparison.Ordinal);
        Assert.Contains("so-it-is", provider.ModelRequests[^1].Text, StringComparison.Ordinal);
        var (_, items) = await core.GetAsync($"/api/v1/sessions/{approved}/items", Cancel);
        Assert.Equal("user", (string?)items!["items"]!.AsArray().Single(item => (string?)item!["type"] == "tool_call")!["provenance"]);
    }

    [Theory]
    [InlineData(".pryx/commands/deploy.md")]
    [InlineData(".claude/commands/deploy.md")]
    public async Task A_command_of_a_folder_counts_only_once_the_folder_is_trusted(string path)
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello.")), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel);
        Put(core.Home.Workspace, path, "Deploy to production.");
        var (before, after) = (await SessionEndpointTests.NewAsync(core), await SessionEndpointTests.NewAsync(core));

        await SayAsync(core, before, "/deploy");
        var (_, card) = await core.GetAsync($"/api/v1/workspaces/trust?path={Uri.EscapeDataString(core.Home.Workspace)}", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, (await core.PostAsync("/api/v1/workspaces/trust", card!.ToJsonString(), Cancel)).Status);
        await SayAsync(core, after, "/deploy");

        Assert.DoesNotContain("Deploy to production.", provider.ModelRequests[0].Text, StringComparison.Ordinal);
        Assert.Contains("Deploy to production.", provider.ModelRequests[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_of_Pryx_come_first_help_lists_all_and_a_mistyped_one_is_pointed_out()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello.")), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel);
        Put(core.Home.Data, "commands/compact.md", "Mine.");
        Put(core.Home.Data, "commands/review.md", "Review it.");
        var id = await SessionEndpointTests.NewAsync(core);

        await SayAsync(core, id, "/help");
        await SayAsync(core, id, "/compact the names");
        Assert.Empty(provider.ModelRequests);
        await SayAsync(core, id, "/reviw it");
        await SayAsync(core, id, "/usr/bin is a folder");

        var notices = (await core.GetAsync($"/api/v1/sessions/{id}/items", Cancel)).Body!["items"]!.AsArray().Where(item => (string?)item!["type"] == "notice").Select(item => (string)item!["text"]!).ToList();
        Assert.Contains(notices, text => text.Contains("/compact [what to pay attention to]", StringComparison.Ordinal) && text.Contains("/review", StringComparison.Ordinal));
        Assert.Contains(notices, text => text.StartsWith("There is nothing to summarize", StringComparison.Ordinal));
        Assert.Contains(notices, text => text.Contains("Did you mean /review?", StringComparison.Ordinal));
        Assert.Equal(3, notices.Count);
        Assert.Equal("/reviw it", provider.ModelRequests[0].Messages[^1].Text);
    }

    [Fact]
    public async Task The_routes_list_and_show_them_with_what_is_broken()
    {
        await using var core = await TestCore.StartAsync(null, Cancel);
        Put(core.Home.Data, "commands/ok.md", "---\ndescription: Fine\nallowed-tools: [Read]\nmodel: openai/gpt-4o\n---\nBody.");
        Put(core.Home.Data, "commands/bad.md", "---\n[\n---\nBody.");

        var (_, list) = await core.GetAsync("/api/v1/commands", Cancel);
        var (_, one) = await core.GetAsync("/api/v1/commands/ok", Cancel);
        var (missing, _) = await core.GetAsync("/api/v1/commands/nothing", Cancel);

        var ok = list!["commands"]!.AsArray().Single(word => (string?)word!["name"] == "ok");
        Assert.Equal(("command", "user", "Fine"), ((string?)ok!["kind"], (string?)ok["origin"], (string?)ok["description"]));
        Assert.Contains(list["commands"]!.AsArray(), word => (string?)word!["name"] == "compact" && (string?)word["kind"] == "built-in");
        Assert.Equal("bad", (string?)Assert.Single(list["broken"]!.AsArray())!["name"]);
        Assert.Equal(("Body.", "openai/gpt-4o", "Read"), ((string?)one!["body"], (string?)one["model"], (string?)one["allowed_tools"]![0]));
        Assert.Equal(HttpStatusCode.NotFound, missing);
    }

    internal static void Put(string root, string path, string text)
    {
        var file = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    internal static async Task SayAsync(TestCore core, string id, string text, bool approveAll = false, string? policy = null)
    {
        var (status, body) = await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = text, approve_all = approveAll, policy }, Cancel);
        Assert.True(status == HttpStatusCode.Accepted, body?.ToJsonString());
        await SessionEndpointTests.EndAsync(core, id);
    }

    internal static async Task<IReadOnlyList<string>> OutputsAsync(TestCore core, string id) =>
        [.. (await core.GetAsync($"/api/v1/sessions/{id}/items", Cancel)).Body!["items"]!.AsArray().Where(item => (string?)item!["type"] == "tool_result").Select(item => (string)item!["output"]!)];
}
