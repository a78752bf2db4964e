using Pryx.Protocol;
using Pryx.Protocol.Items;

namespace Pryx.Core.Tests.Sessions;

/// <summary>One item of each type, with nothing left at its default.</summary>
internal static class SampleItems
{
    private static readonly Attachment Picture = new("image/png", "iVBORw0KGgo=", "a.png");
    private static readonly OpaqueData Signature = new("anthropic", """{"signature":"x\u0000y"}""");

    public static IReadOnlyList<Item> All(TurnId turn)
    {
        Item[] items =
        [
            new UserMessage("Grüße\n```\nfence\n``` 🙂") { Attachments = [Picture], IsSteering = true, Expansion = "What /name stands for.", Mentions = [new("read_file", "{}")] },
            new Reply("Hallo « » \u0001") { Opaque = Signature, IsPartial = true },
            new Reasoning("hm\nhm") { Opaque = Signature, Tokens = 7 },
            new ToolCall("call-1", "read_file", "filesystem.read", """{"path": "a.txt"}""") { Opaque = Signature },
            new ToolResult("call-1", ToolStatus.Interrupted, "line ```` one\n") { DurationMs = 12, Attachments = [Picture], FullOutputPath = "/tmp/full", Command = new(1, true, 3, 2) },
            new ApprovalRecord(ApprovalId.New(), "call-1", true, "session") { AnsweredBy = "cli:alice", Reason = "fine" },
            new Notice("retry", "again") { IsForModel = true },
            new Summary("short", 3, 4) { Of = SummaryOf.Reasoning, Characters = 5 },
        ];
        return [.. items.Select((item, i) => item with { TurnId = turn, Step = i + 1, Provenance = Provenance.Untrusted, Source = "https://example.org" })];
    }
}
