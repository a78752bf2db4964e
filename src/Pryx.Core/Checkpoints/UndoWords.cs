using System.Globalization;
using System.Text.Json;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Checkpoints;

/// <summary>
/// <c>/undo</c>, <c>/redo</c> and <c>/rewind</c> at the beginning of a message: done in a turn of their own that asks no model. Only for the
/// user's own messages.
/// </summary>
public static class UndoWords
{
    /// <summary>The name under which <see cref="UndoTool"/> is found; no model is ever offered it.</summary>
    public const string Server = "undo";

    /// <summary>The request that the word stands for; null when what stands behind it is not its own.</summary>
    /// <param name="action">undo, redo or rewind.</param>
    public static StartTurn? Of(StartTurn request, string action, string arguments) => !request.SpeaksForUser ? request
        : Read([action, .. arguments.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)]) is { } call
            ? request with { Text = null, Attachments = [], Delivery = Delivery.Queue, KeepsSessionModel = true, Call = new CallTool(UndoTool.Name, call) { Server = Server } }
            : null;

    // /undo [TURN] [preview] [force]; /redo [preview] [force]; /rewind TURN [files|conversation] [preview] [force]
    private static string? Read(string[] words)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("action", words[0]);
            foreach (var word in words.Skip(1))
            {
                var plain = word.TrimStart('-').ToLowerInvariant();
                switch (plain)
                {
                    case "preview" or "force":
                        writer.WriteBoolean(plain, true);
                        break;
                    case "files" or "conversation" or "both" when words[0] == "rewind":
                        writer.WriteString("what", plain);
                        break;
                    case var _ when words[0] != "redo" && int.TryParse(plain, NumberStyles.None, CultureInfo.InvariantCulture, out var turn):
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
