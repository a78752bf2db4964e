using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Host;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Approvals;

/// <summary><c>pryx approval …</c>: questions that wait for an answer, seen and answered from any terminal.</summary>
internal static class ApprovalCommand
{
    private const string Root = "/api/v1/approvals";
    private const int ShortestId = 4;

    public static Command Create(CommandIo io) =>
        new Command("approval", "See and answer what the agent asks, from any terminal") { List(io), Show(io), Answer(io, approves: true), Answer(io, approves: false) }.WithExamples("""
            pryx approval list
            pryx approval show 4f1c
            pryx approval approve 4f1c
            pryx approval deny 4f1c --reason 'not on main'
            """);

    private static Command List(CommandIo io)
    {
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("list", "Questions that wait, oldest first") { json };
        command.Aliases.Add("ls");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var answer = await api.CallAsync("GET", Root + "/pending", null, ProtocolJson.Default.JsonElement, token);
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(answer.GetRawText());
                return ExitCodes.Ok;
            }
            var pending = PendingIn(answer);
            if (pending.Count == 0)
            {
                io.Out.WriteLine("Nothing is asked.");
                return ExitCodes.Ok;
            }
            var table = new TextTable(io, new("Id"), new("Risk", Rank: 1), new("Tool", Rank: 2), new("Session", Rank: 3), new("What"));
            foreach (var asked in pending)
            {
                table.Add(asked.Id.ToString()[..8], RiskOf(asked), asked.Tool, asked.SessionId.ToString()[..8], asked.Summary);
            }
            table.Print();
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Command Show(CommandIo io)
    {
        var id = new Argument<string>("ID") { Description = "As pryx approval list shows it" };
        var command = new Command("show", "One question whole: what exactly would happen, and why it is asked") { id };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var asked = await FindAsync(api, parsed.GetValue(id)!, token);
            var style = io.OutStyle;
            io.Out.WriteLine(style.Bold(SafeText.Line(asked.Summary)));
            io.Out.WriteLine(style.Dim($"{SafeText.Line(asked.Tool)}, risk {RiskOf(asked)}: {SafeText.Line(asked.Reason)}"));
            foreach (var line in PreviewText.Lines(asked, io.Size().Width - 2, style))
            {
                io.Out.WriteLine("  " + line);
            }
            if (asked.Review is { } review)
            {
                io.Out.WriteLine(ReviewText.Of(review, style));
            }
            io.Out.WriteLine($"Answer it: pryx approval approve {asked.Id.ToString()[..8]}, or deny");
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Command Answer(CommandIo io, bool approves)
    {
        var id = new Argument<string>("ID") { Description = "As pryx approval list shows it" };
        var reason = new Option<string?>("--reason", "-r") { HelpName = "TEXT", Description = approves ? "For the audit log" : "Told to the model" };
        var text = new Option<string?>("--text") { HelpName = "TEXT", Description = "The answer to a question in words" };
        var command = new Command(approves ? "approve" : "deny", approves ? "Let this one call run, exactly as it is shown" : "Refuse it") { id, reason };
        if (approves)
        {
            command.Options.Add(text);
        }
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var asked = await FindAsync(api, parsed.GetValue(id)!, token);
            await api.CallAsync("POST", Root + "/decision", BodyOf(asked.Id, approves, parsed.GetValue(reason), approves ? parsed.GetValue(text) : null), ProtocolJson.Default.JsonElement, token);
            io.Out.WriteLine($"{(approves ? "Approved" : "Denied")}: {SafeText.Line(asked.Summary)}");
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static async Task<Approval> FindAsync(ApiConnection api, string id, CancellationToken cancellationToken)
    {
        if (ApprovalId.TryParse(id, out var whole))
        {
            // Answered ones too: whoever comes late is told by whom they were answered.
            var state = await api.CallAsync("GET", $"{Root}/{whole}", null, ProtocolJson.Default.JsonElement, cancellationToken);
            return state.GetProperty("approval").Deserialize(ProtocolJson.Default.Approval)!;
        }
        var pending = PendingIn(await api.CallAsync("GET", Root + "/pending", null, ProtocolJson.Default.JsonElement, cancellationToken));
        var matches = id.Length < ShortestId ? [] : pending.Where(asked => asked.Id.ToString().StartsWith(id, StringComparison.OrdinalIgnoreCase)).ToList();
        return matches switch
        {
            [var only] => only,
            [] => throw new PryxException("APPROVAL_NOT_FOUND", $"No question that waits begins with '{SafeText.Line(id, 60)}'.", "pryx approval list"),
            _ => throw new PryxException("APPROVAL_AMBIGUOUS", $"{matches.Count} questions begin with '{SafeText.Line(id, 60)}'.", "type more of the id; pryx approval list --json shows them whole"),
        };
    }

    private static List<Approval> PendingIn(JsonElement answer) =>
        [.. answer.GetProperty("approvals").EnumerateArray().Select(static asked => asked.Deserialize(ProtocolJson.Default.Approval)!)];

    private static string RiskOf(Approval asked) => asked.RiskLevel switch { RiskLevel.Low => "low", RiskLevel.High => "high", _ => "medium" };

    private static string BodyOf(ApprovalId id, bool approves, string? reason, string? text)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("request_id", id.ToString());
            writer.WriteString("decision", approves ? "approve" : "deny");
            if (reason is not null)
            {
                writer.WriteString("reason", reason);
            }
            if (text is not null)
            {
                writer.WriteString("text", text);
            }
            writer.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
