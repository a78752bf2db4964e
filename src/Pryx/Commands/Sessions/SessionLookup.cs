using Pryx.Protocol;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Sessions;
using Pryx.Terminal;

namespace Pryx.Commands.Sessions;

/// <summary>Finds a session by its id, or by a beginning of it that no other one has.</summary>
internal static class SessionLookup
{
    private const int ShortestPrefix = 4;

    public static async Task<Session> FindAsync(IPryxClient client, string id, CancellationToken cancellationToken)
    {
        if (SessionId.TryParse(id, out var whole))
        {
            return await client.FindSessionAsync(whole, cancellationToken) ?? throw NotFound(id);
        }
        if (id.Length < ShortestPrefix || !id.All(letter => char.IsAsciiHexDigit(letter) || letter == '-'))
        {
            throw NotFound(id);
        }
        var sessions = await client.ListSessionsAsync(1_000, cancellationToken);
        var matches = sessions.Where(session => session.Id.ToString().StartsWith(id, StringComparison.OrdinalIgnoreCase)).ToList();
        return matches switch
        {
            [var only] => only,
            [] => throw NotFound(id),
            _ => throw new PryxException("SESSION_AMBIGUOUS", $"{matches.Count} sessions begin with '{id}'.", "type more of the id; pryx session list shows them"),
        };
    }

    public static PryxException NotFound(string id) => new("SESSION_NOT_FOUND", $"There is no session '{SafeText.Line(id, 60)}'.", "pryx session list");
}
