using System.Text.Json;
using Pryx.Protocol.Models;
using Pryx.Testing.Fake;

namespace Pryx.Testing;

/// <summary>
/// A script as JSON, for other processes: <c>{"replies":[…],"models":{"name":[…]}}</c>, replayed by <see cref="FakeScripts.BySteps"/>.
/// A reply is <c>{"reasoning","text":[…],"calls":[{"name","arguments":{…}}],"usage":{"input","output","cached","cache_write","reasoning"},
/// "end":"length|refused","repeat":N,"hangs":true,"trouble":{…}}</c>; trouble has the fields of <see cref="Trouble"/> in snake case, times in milliseconds.
/// </summary>
public static class ScriptFile
{
    /// <param name="nameOrPath">text, tool, five-steps, many-steps, or the path of a JSON file.</param>
    public static FakeScript Load(string nameOrPath, TimeSpan betweenChunks = default)
    {
        using var builtIn = typeof(ScriptFile).Assembly.GetManifestResourceStream($"Scripts/{nameOrPath}.json");
        return Parse(builtIn is null ? File.ReadAllText(nameOrPath) : new StreamReader(builtIn).ReadToEnd(), betweenChunks);
    }

    /// <summary>A file that is no script is a <see cref="FormatException"/>.</summary>
    public static FakeScript Parse(string json, TimeSpan betweenChunks = default)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var common = FakeScripts.BySteps(RepliesOf(root.At("replies"), betweenChunks));
        var byModel = root.At("models") is { } models
            ? models.EnumerateObject().ToDictionary(model => model.Name, model => FakeScripts.BySteps(RepliesOf(model.Value, betweenChunks)))
            : [];
        return request => (byModel.GetValueOrDefault(request.Model) ?? common)(request);
    }

    private static ScriptedReply[] RepliesOf(JsonElement? replies, TimeSpan betweenChunks)
    {
        var all = replies.Items().SelectMany(reply => Enumerable.Repeat(ReplyOf(reply, betweenChunks), (int)(Number(reply, "repeat") ?? 1))).ToArray();
        return all.Length > 0 ? all : throw new FormatException("A script needs at least one reply in \"replies\".");
    }

    private static ScriptedReply ReplyOf(JsonElement reply, TimeSpan betweenChunks) => new()
    {
        Reasoning = reply.At("reasoning").Text(),
        Text = reply.At("text").Text() is { } whole ? [whole] : [.. reply.At("text").Items().Select(chunk => chunk.GetString()!)],
        Calls = [.. reply.At("calls").Items().Select(CallOf)],
        Usage = reply.At("usage") is { } usage ? UsageOf(usage) : null,
        End = reply.At("end").Text() is { } end ? Enum.Parse<ReplyEnd>(end, ignoreCase: true) : ReplyEnd.Natural,
        Hangs = reply.At("hangs") is { ValueKind: JsonValueKind.True },
        Trouble = TroubleOf(reply.At("trouble"), betweenChunks),
    };

    private static ScriptedCall CallOf(JsonElement call) => new(
        call.At("name").Text() ?? throw new FormatException("A call needs a \"name\"."),
        call.At("arguments") is { } arguments ? arguments.ValueKind is JsonValueKind.String ? arguments.GetString()! : JsonSerializer.Serialize(arguments) : "{}",
        call.At("id").Text());

    private static TokenUsage UsageOf(JsonElement usage) => new(
        Number(usage, "input") ?? 0, Number(usage, "output") ?? 0, Number(usage, "cached") ?? 0, Number(usage, "cache_write") ?? 0, Number(usage, "reasoning") ?? 0);

    private static Trouble TroubleOf(JsonElement? trouble, TimeSpan betweenChunks)
    {
        if (trouble is not { } wanted)
        {
            return new() { BetweenChunks = betweenChunks };
        }
        return new()
        {
            BeforeHeaders = Time(wanted, "before_headers_ms"),
            BeforeFirstChunk = Time(wanted, "before_first_chunk_ms"),
            BetweenChunks = wanted.At("between_chunks_ms") is null ? betweenChunks : Time(wanted, "between_chunks_ms"),
            BytesPerSecond = (int?)Number(wanted, "bytes_per_second"),
            PieceBytes = (int?)Number(wanted, "piece_bytes"),
            SendsComments = wanted.At("sends_comments") is { ValueKind: JsonValueKind.True },
            CutAt = Point(wanted, "cut_at"),
            SilentAt = Point(wanted, "silent_at"),
            MalformedAt = Point(wanted, "malformed_at"),
            ErrorAt = Point(wanted, "error_at"),
            AnswersHtml = wanted.At("answers_html") is { ValueKind: JsonValueKind.True },
            Error = Number(wanted, "status") is { } status ? new((int)status) { Code = wanted.At("code").Text(), RetryAfter = wanted.At("retry_after_ms") is null ? null : Time(wanted, "retry_after_ms") } : null,
        };
    }

    private static long? Number(JsonElement element, string name) => element.At(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : null;
    private static TimeSpan Time(JsonElement element, string name) => TimeSpan.FromMilliseconds(Number(element, name) ?? 0);

    /// <summary>mid_text, before_headers and so on.</summary>
    private static StreamPoint? Point(JsonElement element, string name) =>
        element.At(name).Text() is { } text ? Enum.Parse<StreamPoint>(text.Replace("_", "", StringComparison.Ordinal), ignoreCase: true) : null;
}
