using System.Text.Json.Serialization;
using Pryx.Core.Audit;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;

namespace Pryx.Core.Logs;

public enum LogSeverity { Debug, Info, Warning, Error }

/// <summary>One line of the log. A closed list of fields on purpose: there is no place for a prompt, an argument or an output.</summary>
/// <param name="Event">A stable name such as <c>http.request</c> or <c>turn.failed</c>.</param>
public sealed record LogEntry(LogSeverity Level, string Event)
{
    public DateTimeOffset Time { get; init; }

    /// <summary>For a person; never anything a person or a model wrote.</summary>
    public string? Message { get; init; }
    public string? RequestId { get; init; }
    public string? TraceId { get; init; }
    public string? SessionId { get; init; }
    public string? TurnId { get; init; }
    public string? Method { get; init; }

    /// <summary>As the route is written, without the values in it and without its query.</summary>
    public string? Route { get; init; }
    public int? Status { get; init; }
    public double? Ms { get; init; }
    public string? Caller { get; init; }
    public string? Surface { get; init; }
    public string? Code { get; init; }
    public LogError? Error { get; init; }
}

/// <param name="Type">Of the exception.</param>
/// <param name="Message">Null where it could quote what a person or a model wrote.</param>
public sealed record LogError(string Type, string? Message, string? Stack, LogError? Inner = null)
{
    private const int LongestMessage = 500;

    public static LogError Of(Exception e, int depth = 0) => new(
        e.GetType().FullName ?? e.GetType().Name,
        MessageOf(e) is { } message ? Redaction.OfText(message.Length > LongestMessage ? message[..LongestMessage] : message) : null,
        e.StackTrace,
        e.InnerException is { } inner && depth < 4 ? Of(inner, depth + 1) : null);

    // What a provider says may repeat the prompt, and a parser quotes what it read. Our own messages and the system's do not.
    private static string? MessageOf(Exception e) => e switch
    {
        ModelException model => $"{model.Failure} of {model.Provider}, request {model.RequestId}",
        PryxException known => $"{known.Code}: {known.Message}",
        IOException or UnauthorizedAccessException or ObjectDisposedException or OperationCanceledException or NullReferenceException or System.Net.Sockets.SocketException => e.Message,
        Microsoft.Data.Sqlite.SqliteException => e.Message,
        _ => null,
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(LogEntry))]
internal sealed partial class LogJson : JsonSerializerContext;
