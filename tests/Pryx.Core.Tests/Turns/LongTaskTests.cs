using System.Globalization;
using System.Text.RegularExpressions;
using Pryx.Core.Policies;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Turns;

/// <summary>
/// A task of 300 steps through a window of 8,192 tokens. The model remembers nothing by itself: what it does next it reads out of each request –
/// the newest file in the list, the plan, the constraint – so whatever a compaction loses makes it begin anew, break the rule, or go astray.
/// </summary>
public sealed partial class LongTaskTests
{
    private const int Files = 296;
    private const int Question = 150;
    private const string Rule = "Do not delete anything below legacy until I say so.";
    private static readonly int[] Phases = [1, 100, 200];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Requirement("TOK6", "inject")]
    public async Task It_finishes_with_its_constraint_open_approval_plan_and_file_list(bool summariesFail)
    {
        var model = new ForgetfulModel(summariesFail);
        await using var provider = await FakeProvider.StartAsync(model.Answer, Cancel);
        // A summary is a new beginning.
        provider.ChecksPrefix = false;
        using var home = new TempHome();
        var secret = Path.Combine(home.Home, "notes-outside.txt");
        await File.WriteAllTextAsync(secret, "the word is quince", Cancel);
        model.Outside = secret;
        SessionId id;
        await using (var core = await TempCore.StartAsync(provider, home))
        {
            var session = await core.Store.Sessions.CreateAsync(new() { Workspace = home.Workspace, Model = "openai/gpt-4" }, Cancel);
            id = session.Id;
            await core.Store.Pins.AddAsync(new NewPin(Rule, null, id, "test"), Cancel);
            using var approver = core.Approver();
            await core.Turns.StartAsync(new StartTurn { SessionId = id, Text = $"Make all {Files} files, one a step, in the order of the plan. {Rule}", Surface = "test", Policy = "workspace-only", Allow = ["filesystem.write:**"], MaxSteps = 400 }, Cancel);

            // The process ends while the question is open.
            var asked = await QuestionAsync(core, id);
            Assert.Equal("filesystem.read", asked.Tool);
        }
        await using var again = await TempCore.StartAsync(provider, home);
        using var later = again.Approver();
        await again.Core.StartRecoveryAsync(Cancel);
        var open = await QuestionAsync(again, id);
        Assert.True(await again.Store.Desk.AnswerAsync(open.Id, ApprovalAnswer.Approve("test"), Cancel));
        await EndAsync(again, id);

        var turn = Assert.Single(await again.Store.Turns.ListAsync(id, 10, Cancel));
        var items = await again.ItemsAsync(id);
        Assert.Equal((TurnStatus.Completed, ""), (turn.Status, turn.ErrorMessage ?? ""));
        Assert.True(turn.Steps >= 300, $"{turn.Steps} steps");
        Assert.Empty(model.Astray);
        Assert.Equal(Files, Directory.GetFiles(Path.Combine(home.Workspace, "out")).Length);
        // No loop: every call was made once.
        var calls = items.OfType<ToolCall>().ToList();
        Assert.Empty(calls.GroupBy(static call => (call.Name, call.Arguments)).Where(static group => group.Count() > 1).Select(static group => group.Key.Arguments));
        Assert.Equal(calls.Count, items.OfType<ToolResult>().Count());
        Assert.True(items.OfType<Summary>().Count(static summary => summary.Of == SummaryOf.Everything) >= 3, "there was something to forget");
        // Nothing is deleted: what is summarised is still stored.
        Assert.Equal(Files, calls.Count(static call => call.Name == "write_file"));
        Assert.Equal("Done: the word is quince", items.OfType<Reply>().Last().Text);
        Assert.Equal(summariesFail, model.FailedSummaries > 0);
        Assert.Empty(provider.Violations);
    }

    private static async Task<Approval> QuestionAsync(TempCore core, SessionId id)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromMinutes(4));
        while (true)
        {
            if (await core.Store.Approvals.ListPendingAsync(id, limit.Token) is [var open, ..])
            {
                return open;
            }
            if (await core.Store.Turns.ListAsync(id, 1, limit.Token) is [{ CompletedAt: not null } ended])
            {
                Assert.Fail($"It ended before it asked, after {ended.Steps} steps: {ended.Status} {ended.ErrorMessage} {string.Join("; ", (await core.ItemsAsync(id)).OfType<Notice>().Select(static notice => notice.Text).TakeLast(5))}");
            }
            await Task.Delay(50, limit.Token);
        }
    }

    private static async Task EndAsync(TempCore core, SessionId id)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromMinutes(4));
        await foreach (var e in core.Store.Events.SubscribeAsync(id, 0, canApprove: true, TimeSpan.FromMilliseconds(50), limit.Token))
        {
            if (EventNames.IsTerminal(e.Event))
            {
                return;
            }
        }
    }

    private sealed partial class ForgetfulModel(bool summariesFail)
    {
        private readonly Lock _lock = new();

        public string Outside { get; set; } = "";
        public List<string> Astray { get; } = [];
        public int FailedSummaries { get; private set; }

        public ScriptedReply Answer(FakeRequest request)
        {
            lock (_lock)
            {
                if (request.System?.StartsWith("You write the summary", StringComparison.Ordinal) == true)
                {
                    FailedSummaries += summariesFail ? 1 : 0;
                    // One that keeps nothing is no better than none.
                    return summariesFail ? Fails(400) : Says("Work went on.");
                }
                return Next(request);
            }
        }

        private ScriptedReply Next(FakeRequest request)
        {
            var seen = string.Join('\n', request.Messages.Select(static message => message.Text)) + request.Text;
            if (!request.System!.Contains(Rule, StringComparison.Ordinal))
            {
                Astray.Add($"request {request.Number}: the constraint is gone");
            }
            var written = FileName().Matches(seen).Select(static match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max();
            // What is summarised is counted there, what is not is seen.
            var listed = FilesListed().Matches(request.System!).Sum(static match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
            var visible = request.Messages.Where(static message => message.Role == "tool").SelectMany(static message => FileName().Matches(message.Text)).Select(static match => match.Value).Distinct().Count();
            if (listed + visible < written)
            {
                Astray.Add($"request {request.Number}: {listed} files are listed and {visible} seen, {written} are there");
            }
            var phase = Phases.Count(start => start <= written + 1);
            if (!seen.Contains($"[>] phase {phase} from", StringComparison.Ordinal))
            {
                if (phase > 1 && !seen.Contains($"[>] phase {phase - 1} from", StringComparison.Ordinal))
                {
                    Astray.Add($"request {request.Number}: the plan is gone at file {written}");
                }
                return Calls(("update_plan", Plan(phase)));
            }
            if (written == Question && !seen.Contains("the word is quince", StringComparison.Ordinal))
            {
                return Calls(("read_file", $$"""{"path":"{{Outside}}"}"""));
            }
            return written < Files
                ? Calls(("write_file", $$"""{"path":"out/f{{written + 1:000}}.txt","content":"{{string.Concat(Enumerable.Repeat($"line of file {written + 1} ", 12))}}"}"""))
                : Says(File.ReadAllText(Outside) is var word ? $"Done: {word}" : "");
        }

        private static string Plan(int phase) => $$"""
            {"steps":[{{string.Join(',', Phases.Select((start, i) => $$"""{"step":"phase {{i + 1}} from file {{start}}","status":"{{(i + 1 < phase ? "completed" : i + 1 == phase ? "in_progress" : "pending")}}"}"""))}}]}
            """;

        [GeneratedRegex(@"Files changed in them \((\d+)")]
        private static partial Regex FilesListed();

        [GeneratedRegex(@"out/f(\d{3})\.txt")]
        private static partial Regex FileName();
    }
}
