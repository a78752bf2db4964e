using System.Text;
using System.Text.Json;
using Pryx.Core.Conversations;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Testing;

namespace Pryx.Core.Tests.Conversations;

/// <summary>The translation by itself: events in, numbered frames out.</summary>
public sealed class TurnFramesTests
{
    private static readonly StreamFilter All = new(Detail.Full, Detail.Full);
    private static readonly TurnId Turn = TurnId.New();
    private readonly TurnFrames _frames = new("/work", 1000);

    [Fact]
    public void A_turn_starts_once_however_often_it_is_begun()
    {
        var frames = Translate(Event(EventNames.TurnQueued), Event(EventNames.TurnStarted), Event(EventNames.TurnStarted), Event(EventNames.TurnParked), Event(EventNames.TurnStarted));

        Assert.Single(frames, frame => frame.Event == "task_started");
        Assert.Equal("""{"event":"task_started","modelProviderId":"openai","modelProviderApi":"chat","model":"m","model_context_window":1000}""", Data(frames[0]));
    }

    [Fact]
    public void The_bytes_of_a_frame_are_the_contracts()
    {
        var frame = Assert.Single(Translate(Item(new Reply("a\nb \u2028 ü"))));

        Assert.Equal(
            $$"""
            id: {{Turn}}:1
            event: agent_message
            data: {"event":"agent_message","modelProviderId":"openai","modelProviderApi":"chat","model":"m","message":"a\nb \u2028 \u00FC"}


            """.ReplaceLineEndings("\n"),
            Encoding.UTF8.GetString(frame.ToBytes(Turn, new("openai", "chat", "m"), hasDetails: true)));
    }

    [Fact]
    public void What_is_not_said_makes_no_frame()
    {
        Assert.Empty(Translate(
            Item(new UserMessage("Hi")), Item(new Reply("")), Item(new Reasoning("")), Item(new ApprovalRecord(ApprovalId.New(), null, true, "once")), Event(EventNames.SessionMessage),
            Event(EventNames.ToolRequest), Event(EventNames.ToolExecuting), Event(EventNames.ToolComplete), Event("something.of.tomorrow")));
    }

    [Theory]
    [InlineData(EventNames.TurnCompleted, new[] { "task_complete" })]
    [InlineData(EventNames.TurnFailed, new[] { "error", "turn_aborted" })]
    [InlineData(EventNames.TurnCancelled, new[] { "turn_aborted" })]
    [InlineData(EventNames.TurnLimited, new[] { "turn_aborted" })]
    public void Nothing_follows_the_end(string end, string[] expected)
    {
        var ended = Event(end, JsonSerializer.SerializeToElement(new("x", "CODE", "Because.", 1, default, null), ProtocolJson.Default.TurnEndedPayload));

        var frames = Translate(Event(EventNames.TurnStarted), ended, Item(new Reply("late")), ended);

        Assert.Equal(["task_started", .. expected], frames.Select(frame => frame.Event));
        Assert.True(_frames.HasEnded);
        if (end != EventNames.TurnCompleted)
        {
            Assert.Contains("\"reason\":\"Because.\"", Data(frames[^1]));
        }
    }

    [Fact]
    public void Side_by_side_calls_keep_their_pairs_and_their_numbers()
    {
        var frames = Translate(
            Item(new ToolCall("1", "readFile", "filesystem.read", """{"filePath":"a"}""")), Item(new ToolCall("2", "launch", "launch", "no json")),
            Item(new ToolResult("2", ToolStatus.Failed, "there is none")), Item(new ToolResult("1", ToolStatus.Completed, "text")));

        Assert.Equal(
            ["exec_command_begin 1", "tool_call_begin 1", "exec_command_begin 2", "tool_call_begin 2", "exec_command_end 2", "tool_call_end 2", "exec_command_end 1", "tool_call_end 1"],
            frames.Select(frame => $"{frame.Event} {JsonDocument.Parse(Data(frame)).RootElement.GetProperty("callId")}"));
        Assert.Equal(Enumerable.Range(1, 8), frames.Select(frame => frame.Seq));
        Assert.Contains("\"arguments\":\"no json\"", Data(frames[2]));
        Assert.Contains("\"output\":{\"content\":\"there is none\",\"success\":false}", Data(frames[4]));
        Assert.Contains("\"status\":\"failed\"", Data(frames[5]));
        Assert.Contains("\"status\":\"succeeded\"", Data(frames[7]));
    }

    [Theory]
    [InlineData(ToolStatus.Denied)]
    [InlineData(ToolStatus.Cancelled)]
    [InlineData(ToolStatus.Interrupted)]
    public void Whatever_is_no_success_has_failed(ToolStatus status)
    {
        var frames = Translate(Item(new ToolCall("1", "exec", "shell.exec", """{"command":"x"}""")), Item(new ToolResult("1", status, "why")));

        Assert.Contains("\"status\":\"failed\"", Data(frames[^1]));
        Assert.Contains("\"success\":false", Data(frames[^2]));
        Assert.DoesNotContain("exit_code", Data(frames[^2]));
    }

    [Fact]
    public void A_call_of_an_MCP_server_has_its_own_names()
    {
        var frames = Translate(
            Item(new ToolCall("1", "mcp__files__read", "mcp.files.read.all", """{"path":"a"}""")), Item(new ToolResult("1", ToolStatus.Completed, "text")),
            Item(new ToolCall("2", "mcp__files__read", "mcp.files.read.all", "{}")), Item(new ToolResult("2", ToolStatus.Failed, "gone")));

        Assert.Equal(["mcp_tool_call_begin", "tool_call_begin", "mcp_tool_call_end", "tool_call_end"], frames.Take(4).Select(frame => frame.Event));
        Assert.Contains("""{"call_id":"1","server":"files","tool_name":"read.all","arguments":{"path":"a"}}""", Data(frames[0]));
        Assert.Contains("\"result\":\"text\"", Data(frames[2]));
        Assert.Contains("\"error\":\"gone\"", Data(frames[6]));
        Assert.DoesNotContain("arguments", Data(frames[0], new(Detail.Full, Detail.Summary)));
        Assert.DoesNotContain("text", Data(frames[2], new(Detail.Full, Detail.Summary)));
    }

    [Fact]
    [Requirement("CA4", "filters")]
    public void Without_thinking_nothing_says_that_there_was_some()
    {
        var frames = Translate(
            Event(EventNames.TurnStarted), Item(new Reasoning("hm")), Item(new Notice("retry", "the reasoning was cut")), Item(new Notice("retry", "again")), Item(new Reply("Hi")),
            Event(EventNames.StepCompleted, JsonSerializer.SerializeToElement(new(1, "openai/m", new(10, 5, 2, 1, 3), null, 1, null, null), ProtocolJson.Default.StepCompletedPayload)));
        var filter = new StreamFilter(Detail.None, Detail.Full);

        var shown = frames.Where(filter.Shows).ToList();

        Assert.Equal(["task_started", "pryx-event", "agent_message", "pryx-event"], shown.Select(frame => frame.Event));
        Assert.All(shown, frame => Assert.DoesNotContain("reasoning", Data(frame)));
        Assert.Contains("\"type\":\"warning\"", Data(shown[1]));
        Assert.Contains("\"type\":\"token_count\",\"step\":1,\"input_tokens\":10,\"cached_input_tokens\":2,\"output_tokens\":5,\"total_tokens\":15", Data(shown[3]));
    }

    [Fact]
    public void The_last_message_is_the_whole_text_of_the_last_step_that_has_one()
    {
        var frames = Translate(
            Item(new Reply("first") { Step = 1 }), Item(new Reply("one") { Step = 2 }), Item(new Reply("two") { Step = 2 }),
            Event(EventNames.TurnCompleted, JsonSerializer.SerializeToElement(new("completed", null, null, 2, default, null), ProtocolJson.Default.TurnEndedPayload)));

        Assert.Contains("\"last_agent_message\":\"one\\ntwo\"", Data(frames[^1]));
    }

    private List<StreamFrame> Translate(params PryxEvent[] events) => [.. events.SelectMany(_frames.Translate)];

    private static PryxEvent Event(string name, JsonElement? payload = null) => new() { Event = name, TurnId = Turn, Version = 1, Payload = payload };

    private static PryxEvent Item(Item item) => Event(EventNames.ItemAdded) with { Item = item };

    private static string Data(StreamFrame frame, StreamFilter? filter = null) =>
        Encoding.UTF8.GetString(frame.ToBytes(Turn, new("openai", "chat", "m"), (filter ?? All).ShowsDetails(frame))).Split("data: ")[1].TrimEnd('\n');
}
