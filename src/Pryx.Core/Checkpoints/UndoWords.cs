using System.Globalization;
using System.Text.Json;
using Pryx.Core.Tools;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Checkpoints;

/// <summary>
/// <c>/undo</c>, <c>/redo</c> and <c>/rewind</c> at the beginning of a message: done in a turn of their own that asks no model. With words that
/// are not theirs the message is a text like any other. Only for the user's own messages.
/// </summary>
public sealed class UndoWords : IInputExpansion
{
    /// <summary>The name under which <see cref="UndoTool"/> is found; no model is ever offered it.</summary>
    public const string Server = "undo";

    public ValueTask<InputExpansion?> ExpandAsync(string text, ToolScope scope, CancellationToken cancellationToken)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var arguments = words[0] switch
        {
            "/undo" or "/redo" or "/rewind" => Read(words),
            _ => null,
        };
        return ValueTask.FromResult(arguments is null ? null : new InputExpansion("")
        {
            Becomes = request => request.SpeaksForUser
                ? request with { Text = null, Attachments = [], Delivery = Delivery.Queue, KeepsSessionModel = true, Call = new CallTool(UndoTool.Name, arguments) { Server = Server } }
                : request,
        });
    }

    // /undo [TURN] [preview] [force]; /redo [preview] [force]; /rewind TURN [files|conversation] [preview] [force]
    private static string? Read(string[] words)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("action", words[0][1..]);
            foreach (var word in words.Skip(1))
            {
                var plain = word.TrimStart('-').ToLowerInvariant();
                switch (plain)
                {
                    case "preview" or "force":
                        writer.WriteBoolean(plain, true);
                        break;
                    case "files" or "conversation" or "both" when words[0] == "/rewind":
                        writer.WriteString("what", plain);
                        break;
                    case var _ when words[0] != "/redo" && int.TryParse(plain, NumberStyles.None, CultureInfo.InvariantCulture, out var turn):
                        writer.WriteNumber("turn", turn);
                        break;
                    default:
                        return null;
                }
            }
            writer.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
