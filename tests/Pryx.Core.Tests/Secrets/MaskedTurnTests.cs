using System.Text;
using System.Text.RegularExpressions;
using Pryx.Core.Tests.Sessions;
using Pryx.Core.Tests.Streams;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Secrets;

/// <summary>Secrets in a real turn: what leaves the machine, what is stored, what is shown, and what a tool gets.</summary>
public sealed partial class MaskedTurnTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private const string Typed = "np" + "m_" + "Zk2VtX9bQ4mZ7wR1yP6sN3cL8hJ5gD0fAeTu";

    [Fact]
    [Requirement("NFR-S2", "none in plaintext config")]
    public async Task Secrets_reach_neither_the_model_nor_the_store_nor_a_surface_and_the_tools_that_need_them_get_them()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("The commands are those of a POSIX shell.");
        }
        await using var provider = await FakeProvider.StartAsync(Script, Cancellation);
        using var home = new TempHome();
        var (text, secrets) = SecretSamples.Settings;
        home.Write("settings.txt", text);
        secrets = [.. secrets, Typed];
        string id;
        await using (var core = await TestCore.StartAsync(provider, Cancellation, home))
        {
            id = await SessionEndpointTests.NewAsync(core);
            await using var feed = await Feed.OpenAsync(core, $"?session_id={id}");
            await using var socket = await SocketProbe.ConnectAsync(core, Cancellation);
            await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = $"publish it with {Typed}", policy = "full" }, Cancellation);
            var streamed = await feed.UntilAsync("turn.completed");
            await SessionEndpointTests.EndAsync(core, id);

            var surfaces = new Dictionary<string, string>
            {
                ["the event stream"] = string.Join('\n', streamed.Select(e => e.Data)),
                ["the WebSocket"] = string.Join('\n', socket.Got.Select(frame => frame.ToJsonString())),
                ["the events"] = (await core.GetAsync($"/api/v1/events?session_id={id}&limit=1000", Cancellation)).Body!.ToJsonString(),
                ["the items"] = (await core.GetAsync($"/api/v1/sessions/{id}/items", Cancellation)).Body!.ToJsonString(),
                ["the export"] = await core.Http.GetStringAsync($"/api/v1/sessions/{id}/export?format=json", Cancellation),
                ["the export as Markdown"] = await core.Http.GetStringAsync($"/api/v1/sessions/{id}/export?format=markdown", Cancellation),
                ["the audit log"] = (await core.GetAsync("/api/v1/audit", Cancellation)).Body!.ToJsonString(),
            };
            var traces = (await core.GetAsync($"/api/v1/traces?session_id={id}", Cancellation)).Body!;
            surfaces["the trace"] = (await core.GetAsync($"/api/v1/traces/{traces["traces"]![0]!["trace_id"]}", Cancellation)).Body!.ToJsonString();
            Assert.Empty(surfaces.SelectMany(surface => Found(surface.Value, secrets).Select(secret => $"{surface.Key} shows {secret}")));
            // What masks it must have had it: the placeholders are there.
            Assert.All(surfaces.Where(surface => surface.Key is not ("the trace" or "the audit log")), surface => Assert.Contains("secret:github-token:", surface.Value, StringComparison.Ordinal));
            Assert.Contains("Your message held a secret", surfaces["the items"], StringComparison.Ordinal);
            Assert.Contains("tool.output", streamed.Select(e => e.Event));
        }
        Assert.Empty(provider.ModelRequests.SelectMany(request => Found(request.Text, secrets).Select(secret => $"request {request.Number} holds {secret}")));
        Assert.Empty(provider.Violations);
        // But for the lock that sandboxes wait on, which holds nothing; and for the user's own files as they were before the turn changed them,
        // which are there to be put back byte for byte.
        foreach (var file in Directory.EnumerateFiles(home.Data, "*", SearchOption.AllDirectories)
            .Where(file => !Path.GetFileName(file).StartsWith("alive-", StringComparison.Ordinal) && !file.StartsWith(Path.Combine(home.Data, "checkpoints", "blobs"), StringComparison.Ordinal)))
        {
            Assert.Empty(Found(Encoding.Latin1.GetString(File.ReadAllBytes(file)), secrets).Select(secret => $"{file} holds {secret}"));
        }

        Assert.Equal($"{SecretSamples.GitHub} {Typed}", home.Read("used.txt"));
        Assert.Equal("«secret:github-token:00000000»", home.Read("forged.txt"));
        Assert.Equal(text.Replace($"github: {SecretSamples.GitHub}", $"github_new: {SecretSamples.GitHub}", StringComparison.Ordinal), home.Read("settings.txt"));

        // Another process, later: the placeholder still means its secret.
        File.Delete(home.PathOf("used.txt"));
        await using (var core = await TestCore.StartAsync(provider, Cancellation, home))
        {
            await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "again", policy = "full" }, Cancellation);
            await SessionEndpointTests.EndAsync(core, id);
        }
        Assert.Equal($"{SecretSamples.GitHub} {Typed}", home.Read("used.txt"));
    }

    [Fact]
    public async Task A_value_that_would_make_another_command_of_it_is_not_put_in()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("The commands are those of a POSIX shell.");
        }
        const string hostile = "x9;touch${IFS}pwned;#Qz7";
        await using var provider = await FakeProvider.StartAsync(request => request.Step switch
        {
            0 => Calls(("read_file", """{"path":"hostile.txt"}""")),
            1 => Calls(("shell_exec", $$"""{"command":"echo {{Placeholders(request, "password").Last()}}"}""")),
            2 => Calls(("shell_exec", $$$"""{"command":"printf %s \"$MY_SECRET\" > used.txt","env":{"MY_SECRET":"{{{Placeholders(request, "password").Last()}}}"}}""")),
            _ => Says("Done."),
        }, Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        core.Home.Write("hostile.txt", $"DB_PASSWORD='{hostile}'\n");
        var id = await SessionEndpointTests.NewAsync(core);

        await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "go", policy = "full" }, Cancellation);
        await SessionEndpointTests.EndAsync(core, id);

        Assert.False(core.Home.Exists("pwned"));
        Assert.Matches("was not made|can not stand in a command line", provider.ModelRequests[2].Results[^1].Text);
        Assert.Equal(hostile, core.Home.Read("used.txt"));
    }

    [Fact]
    public async Task A_placeholder_of_another_session_is_never_written_over_a_secret()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("write_file", """{"path":"settings.txt","content":"github: «secret:github-token:0000000a»\n"}""")), Says("Done.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        core.Home.Write("settings.txt", $"github: {SecretSamples.GitHub}\n");
        var id = await SessionEndpointTests.NewAsync(core);

        await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "go", policy = "full" }, Cancellation);
        await SessionEndpointTests.EndAsync(core, id);

        Assert.Equal($"github: {SecretSamples.GitHub}\n", core.Home.Read("settings.txt"));
        Assert.Contains("stands for no secret of this session", provider.ModelRequests[1].Results[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_person_is_asked_shows_the_placeholder()
    {
        await using var provider = await FakeProvider.StartAsync(request => request.Step switch
        {
            0 => Calls(("read_file", """{"path":"settings.txt"}""")),
            1 => Calls(("edit_file", $$$"""{"path":"settings.txt","edits":[{"old_string":"github: {{{Placeholders(request, "github-token").Last()}}}","new_string":"token: {{{Placeholders(request, "github-token").Last()}}}"}]}""")),
            _ => Says("Done."),
        }, Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        core.Home.Write("settings.txt", $"github: {SecretSamples.GitHub}\n");
        var id = await SessionEndpointTests.NewAsync(core);
        await using var feed = await Feed.OpenAsync(core, $"?session_id={id}&can_approve=1");

        await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "go", policy = "ask", allow = (string[])["filesystem.read"] }, Cancellation);
        var asked = (await feed.UntilAsync("approval.needed"))[^1].Data;
        var pending = (await core.GetAsync("/api/v1/approvals/pending", Cancellation)).Body!;
        Assert.DoesNotContain(SecretSamples.GitHub, asked + pending.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("+token: ", (string?)pending["approvals"]![0]!["preview"], StringComparison.Ordinal);
        await core.PostAsync("/api/v1/approvals/decision", new { request_id = (string)pending["approvals"]![0]!["id"]!, decision = "approve" }, Cancellation);
        await SessionEndpointTests.EndAsync(core, id);

        Assert.Equal($"token: {SecretSamples.GitHub}\n", core.Home.Read("settings.txt"));
    }

    [Fact]
    public async Task Masking_can_be_switched_off()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("read_file", """{"path":"settings.txt"}""")), Says("Done.")), Cancellation);
        using var home = new TempHome();
        Directory.CreateDirectory(home.Data);
        File.WriteAllText(Path.Combine(home.Data, "config.yaml"), "mask_secrets: false\n");
        await using var core = await TestCore.StartAsync(provider, Cancellation, home);
        home.Write("settings.txt", $"github: {SecretSamples.GitHub}\n");
        var id = await SessionEndpointTests.NewAsync(core);

        await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "go" }, Cancellation);
        await SessionEndpointTests.EndAsync(core, id);

        Assert.Contains(SecretSamples.GitHub, provider.ModelRequests[1].Results[^1].Text, StringComparison.Ordinal);
    }

    // Reads, prints in pieces, uses, forges, edits.
    private static ScriptedReply Script(FakeRequest request) => request.LastUserText!.Contains("again", StringComparison.Ordinal)
        ? request.Step == 0 ? Calls(("shell_exec", Use(request))) : Says("Done again.")
        : request.Step switch
        {
            0 => Calls(("read_file", """{"path":"settings.txt"}""")),
            1 => Calls(("shell_exec", """{"command":"head -c 100 settings.txt; sleep 0.2; tail -c +101 settings.txt; for i in $(seq 400); do cat settings.txt; done; cat settings.txt >&2"}""")),
            2 => Calls(("grep", """{"pattern":"github|PASSWORD|KEY"}""")),
            3 => Calls(("shell_exec", Use(request))),
            4 => Calls(("shell_exec", """{"command":"printf %s '«secret:github-token:00000000»' | tee forged.txt | cat"}""")),
            5 => Calls(("edit_file", $$$"""{"path":"settings.txt","edits":[{"old_string":"github: {{{Placeholders(request, "github-token").First()}}}","new_string":"github_new: {{{Placeholders(request, "github-token").First()}}}"}]}""")),
            _ => Says("Done."),
        };

    private static string Use(FakeRequest request) =>
        $$"""{"command":"printf %s '{{Placeholders(request, "github-token").First()}} {{Placeholders(request, "npm-token").First()}}' > used.txt"}""";

    private static IEnumerable<string> Placeholders(FakeRequest request, string kind) =>
        request.Messages.SelectMany(message => PlaceholderText().Matches(message.Text)).Select(match => match.Value).Where(text => text.Contains($":{kind}:", StringComparison.Ordinal));

    private static IEnumerable<string> Found(string text, IReadOnlyList<string> secrets) => secrets.Where(secret => text.Contains(secret, StringComparison.Ordinal));

    [GeneratedRegex("«secret:[a-z-]+:[0-9a-z]{8}»")]
    private static partial Regex PlaceholderText();
}
