using System.Globalization;
using Pryx.Protocol;

namespace Pryx.Core.Conversations;

/// <summary>Where a page ended: <c>epoch-ms:id</c> of its last conversation.</summary>
internal static class ConversationCursor
{
    public static string Of(Conversation last) =>
        string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.Parse(last.CreatedAt, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds()}:{last.ConversationId}");

    /// <summary>Null for what is no cursor: the list then begins at its beginning.</summary>
    public static SessionId? Parse(string? text)
    {
        var colon = text?.LastIndexOf(':') ?? -1;
        return colon > 0 && long.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out _) && SessionId.TryParse(text![(colon + 1)..], out var id) ? id : null;
    }
}
