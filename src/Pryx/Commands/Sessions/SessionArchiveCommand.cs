using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Commands.Gateway;
using Pryx.Terminal;

namespace Pryx.Commands.Sessions;

/// <summary><c>pryx session archive|unarchive|summary</c>: old sessions into files and back, and what one was about.</summary>
internal static class SessionArchiveCommand
{
    public static Command Archive(CommandIo io)
    {
        var ids = Ids(ArgumentArity.ZeroOrMore);
        var older = new Option<string?>("--older-than") { HelpName = "DURATION", Description = "All that nobody has used for 90d, 12w …" };
        var summarize = new Option<bool>("--summarize") { Description = "Have a small model write down what each was about" };
        var json = Json();
        var command = new Command("archive", "Move what was said in sessions into compressed files; they stay listed") { ids, older, summarize, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var wanted = parsed.GetValue(ids) ?? [];
            var days = parsed.GetValue(older) is { } text ? Days(text) : (double?)null;
            if (days is null == (wanted.Length == 0))
            {
                throw UsageError.Of("Say which sessions: ids, or --older-than.", "pryx session archive 3f2a, or pryx session archive --older-than 90d");
            }
            var body = JsonSerializer.Serialize(new ArchiveRequest { OlderThanDays = days, Summarize = parsed.GetValue(summarize) ? true : null }, SessionArchiveJson.Default.ArchiveRequest);
            return await RunAsync(io, wanted, days is null ? null : $"/api/v1/sessions/archive", "archive", body, parsed.GetValue(json), "Archived", cancellationToken);
        });
        return command.WithExamples("pryx session archive --older-than 90d");
    }

    public static Command Unarchive(CommandIo io)
    {
        var ids = Ids(ArgumentArity.OneOrMore);
        var json = Json();
        var command = new Command("unarchive", "Put archived sessions back as they were") { ids, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(io, parsed.GetValue(ids)!, null, "unarchive", null, parsed.GetValue(json), "Back", cancellationToken));
        return command.WithExamples("pryx session unarchive 3f2a");
    }

    public static Command Summary(CommandIo io)
    {
        var id = new Argument<string>("ID") { Description = "The id, or at least its first 4 characters" };
        var json = Json();
        var command = new Command("summary", "Have a small model write down what a session was about") { id, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var session = (await FindAsync(io, [parsed.GetValue(id)!], cancellationToken))[0];
            return await ApiCall.RunAsync(io, async (api, token) =>
            {
                var written = await api.CallAsync("POST", $"/api/v1/sessions/{session}/summary", null, SessionArchiveJson.Default.SummaryAnswer, token);
                io.Out.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(written, SessionArchiveJson.Default.SummaryAnswer) : SafeText.Of(written.Summary));
                return ExitCodes.Ok;
            }, cancellationToken);
        });
        return command.WithExamples("pryx session summary 3f2a");
    }

    private static async Task<int> RunAsync(CommandIo io, string[] ids, string? path, string verb, string? body, bool isJson, string done, CancellationToken cancellationToken)
    {
        List<string> paths = path is not null ? [path] : [.. (await FindAsync(io, ids, cancellationToken)).Select(session => $"/api/v1/sessions/{session}/{verb}")];
        return await ApiCall.RunAsync(io, async (api, token) =>
        {
            List<MovedSession> moved = [];
            List<SkippedSession> skipped = [];
            foreach (var one in paths)
            {
                var answer = await api.CallAsync("POST", one, body, SessionArchiveJson.Default.ArchiveAnswer, token);
                moved.AddRange(answer.Sessions);
                skipped.AddRange(answer.Skipped);
            }
            if (isJson)
            {
                io.Out.WriteLine(JsonSerializer.Serialize(new ArchiveAnswer(moved, skipped), SessionArchiveJson.Default.ArchiveAnswer));
                return ExitCodes.Ok;
            }
            foreach (var session in moved)
            {
                io.Out.WriteLine(session.Bytes > 0 ? string.Create(CultureInfo.InvariantCulture, $"{done}: {session.Id} ({session.Items:N0} items, {session.Bytes:N0} bytes)") : $"{done}: {session.Id}");
            }
            foreach (var session in skipped)
            {
                io.Error.WriteLine($"Skipped: {session.Id}: {SafeText.Line(session.Message, 300)}");
            }
            if (moved.Count + skipped.Count == 0)
            {
                io.Out.WriteLine(verb == "archive" ? "There was nothing to archive." : "It is not archived.");
            }
            return ExitCodes.Ok;
        }, cancellationToken);
    }

    // Each looked up before any is touched: a mistyped id must not leave half of it done.
    private static async Task<IReadOnlyList<string>> FindAsync(CommandIo io, string[] ids, CancellationToken cancellationToken)
    {
        List<string> found = [];
        await ClientCommand.RunAsync(io, async (client, token) =>
        {
            foreach (var id in ids)
            {
                found.Add((await SessionLookup.FindAsync(client, id, token)).Id.ToString());
            }
            return ExitCodes.Ok;
        }, cancellationToken);
        return found;
    }

    private static double Days(string text)
    {
        var unit = text.Length > 1 ? text[^1] : ' ';
        var factor = unit switch { 'd' => 1, 'w' => 7, 'm' => 30, 'y' => 365, _ => 0 };
        return factor > 0 && double.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number * factor >= 1
            ? number * factor
            : throw UsageError.Of($"'{text}' is no age.", "write it as --older-than 90d, 12w, 6m or 1y");
    }

    private static Argument<string[]> Ids(ArgumentArity arity) => new("ID") { Arity = arity, Description = "The id, or at least its first 4 characters (repeatable)" };

    private static Option<bool> Json() => new("--json", "-j") { Description = "JSON on stdout" };
}

internal sealed record ArchiveRequest
{
    public double? OlderThanDays { get; init; }
    public bool? Summarize { get; init; }
}

internal sealed record MovedSession(string Id, long Items, long Bytes);

internal sealed record SkippedSession(string Id, string Message);

internal sealed record ArchiveAnswer(IReadOnlyList<MovedSession> Sessions, IReadOnlyList<SkippedSession> Skipped);

internal sealed record SummaryAnswer(string SessionId, string Summary);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ArchiveRequest))]
[JsonSerializable(typeof(ArchiveAnswer))]
[JsonSerializable(typeof(SummaryAnswer))]
internal sealed partial class SessionArchiveJson : JsonSerializerContext;
