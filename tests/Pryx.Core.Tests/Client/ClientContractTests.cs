using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Grants;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Client;

/// <summary>What every surface may rely on, whichever road leads to Core.</summary>
public sealed class ClientContractTests
{
    private const string Model = "openai/gpt-4o";

    public static TheoryData<Road> Roads => [Road.Local, Road.Sockets, Road.Pipes];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Roads))]
    [Requirement("ARC1", "all surfaces query it")]
    public async Task A_session_is_made_found_listed_copied_and_deleted(Road road)
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation);
        await using var bed = await ClientBed.StartAsync(road, provider, Cancellation);
        var client = bed.Client;

        var first = await client.CreateSessionAsync(new CreateSession { Title = "First", Workspace = bed.Home.Workspace, Model = Model, SystemPrompt = "Be brief." }, Cancellation);
        var second = await client.CreateSessionAsync(new CreateSession { Title = "Second", Workspace = bed.Home.Home, Model = Model, ModelApi = "responses" }, Cancellation);
        var copy = await client.ForkSessionAsync(first.Id, null, null, Cancellation);

        Assert.Equal(("First", bed.Home.Workspace, Model, "Be brief.", "active"), (first.Title, first.Workspace, first.Model, first.SystemPrompt, first.Status));
        Assert.Equal(first, await client.FindSessionAsync(first.Id, Cancellation));
        Assert.Equal("responses", second.ModelApi);
        Assert.Equal(second, await client.FindLatestSessionAsync(bed.Home.Home, Cancellation));
        Assert.Null(await client.FindLatestSessionAsync(bed.Home.Root, Cancellation));
        Assert.Equal(("Copy of First", first.Id), (copy.Title, copy.ParentId));
        Assert.Equal([copy.Id, second.Id, first.Id], (await client.ListSessionsAsync(1000, Cancellation)).Select(session => session.Id));
        Assert.Single(await client.ListSessionsAsync(1, Cancellation));

        Assert.True(await client.DeleteSessionAsync(first.Id, Cancellation));
        Assert.False(await client.DeleteSessionAsync(first.Id, Cancellation));
        Assert.Null(await client.FindSessionAsync(first.Id, Cancellation));
        Assert.Empty(await client.GetItemsAsync(first.Id, Cancellation));
        Assert.Equal("SESSION_NOT_FOUND", (await Assert.ThrowsAsync<PryxException>(() => client.ForkSessionAsync(first.Id, null, null, Cancellation))).Code);
    }

    [Theory, MemberData(nameof(Roads))]
    public async Task A_session_without_a_folder_or_title_has_none(Road road)
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says("Yes."));
        await using var bed = await ClientBed.StartAsync(road, provider, Cancellation);

        var session = await bed.Client.CreateSessionAsync(new CreateSession { Model = Model }, Cancellation);
        Assert.Null(await bed.Client.FindLastTurnAsync(session.Id, Cancellation));
        await RunAsync(bed.Client, session.Id, "what is this about?");

        Assert.Equal(TurnStatus.Completed, (await bed.Client.FindLastTurnAsync(session.Id, Cancellation))!.Status);
        Assert.Null(await bed.Client.FindLastTurnAsync(SessionId.New(), Cancellation));
        Assert.Null(session.Workspace);
        Assert.Equal("what is this about?", (await bed.Client.FindSessionAsync(session.Id, Cancellation))!.Title);
    }

    [Theory, MemberData(nameof(Roads))]
    public async Task What_can_not_run_is_refused_with_its_code_before_anything_is_stored(Road road)
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation);
        await using var bed = await ClientBed.StartAsync(road, provider, Cancellation);
        var client = bed.Client;
        var session = await client.CreateSessionAsync(new CreateSession { Workspace = bed.Home.Workspace, Model = Model }, Cancellation);

        Assert.Equal("MODEL_INVALID", await CodeAsync(() => client.CreateSessionAsync(new CreateSession { Model = "nonsense" }, Cancellation)));
        Assert.Equal("PROVIDER_NOT_CONFIGURED", await CodeAsync(() => client.CreateSessionAsync(new CreateSession { Model = "groq/llama" }, Cancellation)));
        Assert.Equal("PROVIDER_NOT_CONFIGURED", await CodeAsync(() => client.StartTurnAsync(Input(session.Id, "go") with { Model = "groq/llama" }, Cancellation)));
        Assert.Equal("SESSION_NOT_FOUND", await CodeAsync(() => client.StartTurnAsync(Input(SessionId.New(), "go"), Cancellation)));
        var bad = await Assert.ThrowsAsync<PryxException>(() => client.StartTurnAsync(Input(session.Id, "go") with { Policy = "lax" }, Cancellation));
        Assert.Equal("POLICY_UNKNOWN", bad.Code);
        Assert.NotNull(bad.Next);
        Assert.Empty(await client.GetItemsAsync(session.Id, Cancellation));
        Assert.Single(await client.ListSessionsAsync(10, Cancellation));
    }

    [Theory, MemberData(nameof(Roads))]
    public async Task A_turn_runs_and_its_events_items_and_search_hits_are_the_same_everywhere(Road road)
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Calls(("list_dir", """{"path":"."}""")), Says("A pangolin ", "lives here."));
        await using var bed = await ClientBed.StartAsync(road, provider, Cancellation);
        var client = bed.Client;
        var session = await client.CreateSessionAsync(new CreateSession { Workspace = bed.Home.Workspace, Model = Model }, Cancellation);
        var before = await client.GetVersionAsync(Cancellation);

        var seen = await RunAsync(client, session.Id, "who lives here?");

        var committed = seen.Where(e => !e.IsProgress).ToList();
        Assert.Equal(EventNames.TurnStarted, committed[0].Event);
        Assert.Equal(EventNames.TurnCompleted, committed[^1].Event);
        Assert.Equal(committed.Select(e => e.Version).Order().Distinct(), committed.Select(e => e.Version));
        Assert.Contains(seen, e => e is { Event: EventNames.MessageDelta, IsProgress: true });
        var items = await client.GetItemsAsync(session.Id, Cancellation);
        Assert.Equal(["UserMessage", "ToolCall", "ToolResult", "Reply"], items.Select(item => item.GetType().Name));
        Assert.Equal(items.Select(Written), committed.Where(e => e.Event == EventNames.ItemAdded).Select(e => Written(e.Item!)));
        var page = await client.GetEventsAsync(session.Id, before, 1000, Cancellation);
        Assert.Equal(committed.Select(e => (e.Version, e.Event)), page.Events.Select(e => (e.Version, e.Event)));
        Assert.Equal(await client.GetVersionAsync(Cancellation), page.Version);
        var hit = Assert.Single(await client.SearchSessionsAsync("pangolin", 10, Cancellation));
        Assert.Equal((session.Id, "A «pangolin» lives here."), (hit.SessionId, hit.Snippet));
        Assert.Empty(await client.SearchSessionsAsync("wombat", 10, Cancellation));
        Assert.Empty(await client.SearchSessionsAsync("", 10, Cancellation));
    }

    [Theory, MemberData(nameof(Roads))]
    public async Task A_session_is_compacted_in_a_turn_of_its_own(Road road)
    {
        var talk = string.Concat(Enumerable.Repeat("some plain words of talk ", 60));
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says(talk), Says(talk), Says("They talked."));
        await using var bed = await ClientBed.StartAsync(road, provider, Cancellation);
        var session = await bed.Client.CreateSessionAsync(new CreateSession { Model = Model }, Cancellation);
        await RunAsync(bed.Client, session.Id, "first");
        await RunAsync(bed.Client, session.Id, "second");

        var events = await RunAsync(bed.Client, Input(session.Id, null) with { Compact = new() { Instructions = "the words" }, Delivery = Delivery.Queue, KeepsSessionModel = true });

        Assert.Equal(EventNames.TurnCompleted, events[^1].Event);
        Assert.Contains(events, e => e.Event == EventNames.MemorySummarized);
        var summary = Assert.Single((await bed.Client.GetItemsAsync(session.Id, Cancellation)).OfType<Summary>());
        Assert.StartsWith("[SUMMARY of 1 messages]: They talked.", summary.Text, StringComparison.Ordinal);
        Assert.Contains("the words", provider.ModelRequests[^1].System, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Roads))]
    public async Task The_same_input_is_taken_once(Road road)
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says("Once."));
        await using var bed = await ClientBed.StartAsync(road, provider, Cancellation);
        var session = await bed.Client.CreateSessionAsync(new CreateSession { Workspace = bed.Home.Workspace, Model = Model }, Cancellation);

        var first = await bed.Client.StartTurnAsync(Input(session.Id, "go") with { ExternalId = "mine-1" }, Cancellation);
        var again = await bed.Client.StartTurnAsync(Input(session.Id, "go") with { ExternalId = "mine-1" }, Cancellation);
        await EndAsync(bed.Client, session.Id);

        Assert.Equal(first.Id, again.Id);
        Assert.Single((await bed.Client.GetItemsAsync(session.Id, Cancellation)).OfType<UserMessage>());
        Assert.Single(provider.ModelRequests);
    }

    [Theory, MemberData(nameof(Roads))]
    public async Task Input_during_a_turn_reaches_it_and_stop_ends_it(Road road)
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Hangs());
        await using var bed = await ClientBed.StartAsync(road, provider, Cancellation);
        var client = bed.Client;
        var session = await client.CreateSessionAsync(new CreateSession { Workspace = bed.Home.Workspace, Model = Model }, Cancellation);

        Assert.Null(await client.FindOpenTurnAsync(session.Id, Cancellation));
        var turn = await client.StartTurnAsync(Input(session.Id, "go"), Cancellation);
        await provider.WaitForRequestsAsync(1, Cancellation);
        var open = await client.FindOpenTurnAsync(session.Id, Cancellation);
        var resumed = await client.ResumeTurnAsync(Input(session.Id, null), turn.Id, Cancellation);

        Assert.Equal((turn.Id, TurnStatus.Running, Model), (open!.Id, open.Status, open.Model));
        Assert.Equal(turn.Id, resumed.Id);
        Assert.True(await client.StopTurnAsync(turn.Id, Cancellation));
        Assert.Equal(EventNames.TurnCancelled, await EndAsync(client, session.Id));
        // Its end is announced a moment before its process lets go of it.
        while (await client.StopTurnAsync(turn.Id, Cancellation))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Cancellation);
        }
        Assert.False(await client.StopTurnAsync(TurnId.New(), Cancellation));
        Assert.Equal("TURN_TAKEN", await CodeAsync(() => client.ResumeTurnAsync(Input(session.Id, null), turn.Id, Cancellation)));
    }

    [Theory, MemberData(nameof(Roads))]
    public async Task Who_subscribes_and_then_starts_a_turn_is_there_when_it_asks(Road road)
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("shell_exec", """{"command":"touch made.txt"}""")), Says("Done.")), Cancellation);
        await using var bed = await ClientBed.StartAsync(road, provider, Cancellation);
        var client = bed.Client;
        for (var round = 0; round < 5; round++)
        {
            var session = await client.CreateSessionAsync(new CreateSession { Workspace = bed.Home.Workspace, Model = Model }, Cancellation);
            using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var feed = client.SubscribeAsync(session.Id, await client.GetVersionAsync(Cancellation), canApprove: true, leaving.Token).GetAsyncEnumerator(leaving.Token);
            var next = feed.MoveNextAsync().AsTask();

            var turn = await client.StartTurnAsync(Input(session.Id, "go"), Cancellation);
            var asked = false;
            while (!asked && await next && !EventNames.IsTerminal(feed.Current.Event))
            {
                asked = feed.Current.Event == EventNames.ApprovalNeeded;
                next = feed.MoveNextAsync().AsTask();
            }

            Assert.True(asked);
            await client.StopTurnAsync(turn.Id, Cancellation);
            await EndAsync(client, session.Id);
            await leaving.CancelAsync();
            await Record.ExceptionAsync(() => next);
            await feed.DisposeAsync();
        }
    }

    [Theory, MemberData(nameof(Roads))]
    public async Task A_long_session_comes_whole(Road road)
    {
        // More items than one page holds.
        await using var provider = await FakeProvider.StartAsync(Cancellation, Calls([.. Enumerable.Repeat(("list_dir", """{"path":"."}"""), 520)]), Says("Done."));
        await using var bed = await ClientBed.StartAsync(road, provider, Cancellation);
        var session = await bed.Client.CreateSessionAsync(new CreateSession { Workspace = bed.Home.Workspace, Model = Model }, Cancellation);
        var image = new Attachment("image/png", Convert.ToBase64String([1, 2, 3]), "dot.png");

        await RunAsync(bed.Client, Input(session.Id, new string('x', 200_000) + " ü \"«\n") with { Attachments = [image] });

        var items = await bed.Client.GetItemsAsync(session.Id, Cancellation);
        // The window is nearly full by then, and that is said.
        Assert.Equal(1 + 520 + 520 + 1, items.Count(item => item is not Notice));
        Assert.Equal(items.Select(item => item.Seq).Order().Distinct(), items.Select(item => item.Seq));
        Assert.Equal(200_000 + 6, ((UserMessage)items[0]).Text.Length);
        Assert.Equal(image, Assert.Single(((UserMessage)items[0]).Attachments));
    }

    [Theory, MemberData(nameof(Roads))]
    public async Task A_question_waits_and_is_answered_once(Road road)
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("shell_exec", """{"command":"touch made.txt"}""")), Says("Done.")), Cancellation);
        await using var bed = await ClientBed.StartAsync(road, provider, Cancellation);
        var client = bed.Client;
        var session = (await client.CreateSessionAsync(new CreateSession { Workspace = bed.Home.Workspace, Model = Model }, Cancellation)).Id;
        Approval? asked = null;

        await foreach (var e in StartAndFollowAsync(client, session))
        {
            if (e.Event == EventNames.ApprovalNeeded && asked is not null)
            {
                // What was edited is another call: its card shows what would run now.
                var again = Assert.Single(await client.ListPendingApprovalsAsync(session, Cancellation));
                Assert.Equal("touch edited.txt", again.Args!.Value.GetProperty("command").GetString());
                Assert.False(bed.Home.Exists("edited.txt"));
                Assert.True(await client.AnswerApprovalAsync(again.Id, ApprovalAnswer.Approve("test"), Cancellation));
            }
            else if (e.Event == EventNames.ApprovalNeeded)
            {
                asked = Assert.Single(await client.ListPendingApprovalsAsync(session, Cancellation));
                var edited = JsonSerializer.SerializeToElement(new { command = "touch edited.txt" });
                Assert.Equal(asked.Id, (await client.FindApprovalAsync(asked.Id, Cancellation))!.Id);
                Assert.True(await client.AnswerApprovalAsync(asked.Id, ApprovalAnswer.Approve("test") with { EditedArgs = edited }, Cancellation));
                Assert.False(await client.AnswerApprovalAsync(asked.Id, ApprovalAnswer.Deny("late"), Cancellation));
            }
        }

        Assert.NotNull(asked);
        Assert.Null(await client.FindApprovalAsync(asked.Id, Cancellation));
        Assert.Null(await client.FindApprovalAsync(ApprovalId.New(), Cancellation));
        Assert.Empty(await client.ListPendingApprovalsAsync(session, Cancellation));
        Assert.False(await client.AnswerApprovalAsync(ApprovalId.New(), ApprovalAnswer.Deny("nobody"), Cancellation));
        Assert.Equal((true, false), (bed.Home.Exists("edited.txt"), bed.Home.Exists("made.txt")));
    }

    [Theory, MemberData(nameof(Roads))]
    public async Task Grants_are_given_listed_and_taken_back(Road road)
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation);
        await using var bed = await ClientBed.StartAsync(road, provider, Cancellation);
        var client = bed.Client;

        var grant = await client.AddGrantAsync(new AddGrant("shell.exec:dotnet test*") { Workspace = bed.Home.Workspace, GrantedBy = "cli:alice" }, Cancellation);
        var listed = Assert.Single(await client.ListGrantsAsync(withEnded: false, Cancellation));

        Assert.Equal(("shell.exec:dotnet test*", bed.Home.Workspace, grant.Id), (listed.Rule, listed.Workspace, listed.Id));
        Assert.Equal("RULE_INVALID", await CodeAsync(() => client.AddGrantAsync(new AddGrant("((") { GrantedBy = "cli:alice" }, Cancellation)));
        Assert.True(await client.RevokeGrantAsync(grant.Id, "cli:alice", Cancellation));
        Assert.False(await client.RevokeGrantAsync(grant.Id, "cli:alice", Cancellation));
        Assert.Empty(await client.ListGrantsAsync(withEnded: false, Cancellation));
        Assert.Equal((grant.Id, "revoked", "host"), (await client.ListGrantsAsync(withEnded: true, Cancellation)) is [var ended] ? (ended.Id, ended.State, ended.Scope) : default);
    }

    [Theory, MemberData(nameof(Roads))]
    public async Task A_folder_is_trusted_with_exactly_what_was_shown(Road road)
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation);
        await using var bed = await ClientBed.StartAsync(road, provider, Cancellation);
        var client = bed.Client;
        Assert.Null(await client.GetTrustCardAsync(bed.Home.Workspace, Cancellation));
        bed.Home.Write("AGENTS.md", "Be kind.");

        var card = await client.GetTrustCardAsync(bed.Home.Workspace, Cancellation);
        bed.Home.Write("AGENTS.md", "Be rude.");

        Assert.Equal("AGENTS.md", Assert.Single(card!.Brings).Path);
        Assert.Equal("TRUST_CHANGED", await CodeAsync(() => client.TrustWorkspaceAsync(card, Cancellation)));
        await client.TrustWorkspaceAsync((await client.GetTrustCardAsync(bed.Home.Workspace, Cancellation))!, Cancellation);
        Assert.Null(await client.GetTrustCardAsync(bed.Home.Workspace, Cancellation));
    }

    [Theory, MemberData(nameof(Roads))]
    public async Task A_providers_key_is_kept_where_the_client_says(Road road)
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation);
        await using var bed = await ClientBed.StartAsync(road, provider, Cancellation);

        Assert.Contains("vault", await bed.Client.SetProviderKeyAsync("groq", "gsk-test", Cancellation), StringComparison.Ordinal);
        Assert.Equal("PROVIDER_UNKNOWN", await CodeAsync(() => bed.Client.SetProviderKeyAsync("nobody", "x", Cancellation)));
        Assert.Equal("groq/llama-3.3-70b-versatile", (await bed.Client.CreateSessionAsync(new CreateSession { Model = "groq/llama-3.3-70b-versatile" }, Cancellation)).Model);
    }

    private static async IAsyncEnumerable<PryxEvent> StartAndFollowAsync(IPryxClient client, SessionId session)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        leaving.CancelAfter(TimeSpan.FromSeconds(30));
        await using var events = client.SubscribeAsync(session, await client.GetVersionAsync(Cancellation), canApprove: true, leaving.Token).GetAsyncEnumerator(leaving.Token);
        var next = events.MoveNextAsync().AsTask();
        await client.StartTurnAsync(Input(session, "go"), Cancellation);
        while (await next)
        {
            yield return events.Current;
            if (EventNames.IsTerminal(events.Current.Event))
            {
                yield break;
            }
            next = events.MoveNextAsync().AsTask();
        }
    }

    private static StartTurn Input(SessionId session, string? text) => new() { SessionId = session, Text = text, Surface = "test" };

    private static string Written(Item item) => JsonSerializer.Serialize(item, ProtocolJson.Default.Item);

    private static async Task<string> CodeAsync(Func<Task> act) => (await Assert.ThrowsAsync<PryxException>(act)).Code;

    private static Task<List<PryxEvent>> RunAsync(IPryxClient client, SessionId session, string text) => RunAsync(client, Input(session, text));

    /// <summary>All events of the turn, from its start to its end.</summary>
    private static async Task<List<PryxEvent>> RunAsync(IPryxClient client, StartTurn request)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        leaving.CancelAfter(TimeSpan.FromSeconds(30));
        var events = client.SubscribeAsync(request.SessionId, await client.GetVersionAsync(Cancellation), canApprove: false, leaving.Token).GetAsyncEnumerator(leaving.Token);
        var next = events.MoveNextAsync().AsTask();
        await client.StartTurnAsync(request, Cancellation);
        var seen = new List<PryxEvent>();
        while (await next)
        {
            seen.Add(events.Current);
            if (EventNames.IsTerminal(events.Current.Event))
            {
                break;
            }
            next = events.MoveNextAsync().AsTask();
        }
        await events.DisposeAsync();
        return seen;
    }

    /// <summary>The last terminal event, once no turn is open.</summary>
    private static async Task<string> EndAsync(IPryxClient client, SessionId session)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        enough.CancelAfter(TimeSpan.FromSeconds(30));
        await foreach (var e in client.SubscribeAsync(session, 0, canApprove: false, enough.Token))
        {
            if (EventNames.IsTerminal(e.Event) && await client.FindOpenTurnAsync(session, enough.Token) is null)
            {
                return e.Event;
            }
        }
        return "";
    }
}
