using System.Globalization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Configuration;
using Pryx.Core.Http;
using Pryx.Core.Sessions;
using Pryx.Core.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Conversations;

/// <summary>Messages of the conversation API and the turns that answer them.</summary>
/// <param name="turnsAsync">What runs turns; made when the first one is to run.</param>
/// <param name="windowOf">Tokens of a model's context window; null where that is not known.</param>
/// <param name="find">A provider as it holds now; null when nobody knows it.</param>
/// <param name="settings">With the .env of the server's working directory.</param>
public sealed class ConversationTurnEndpoints(
    SessionStore sessions, SessionHistory history, TurnStore turns, Func<CancellationToken, Task<SessionTurns>> turnsAsync, ConversationFeed feed,
    Func<ModelRef, long?> windowOf, Func<string, ProviderInfo?> find, Func<Settings> settings, TimeProvider time)
{
    /// <summary>Of turns that came through this API.</summary>
    public const string Surface = "conversation";

    private static readonly TimeSpan DefaultKept = TimeSpan.FromHours(24);
    private static readonly string[] OverrideFields = ["modelProviderId", "modelProviderApi", "model"];
    private static readonly ApiParameter[] Filters =
    [
        new("thinkingLevel", "none or full"), new("toolLevel", "none or full"),
        new("thinkingFormat", "none, summary or full; wins over thinkingLevel"), new("toolFormat", "none, summary or full; wins over toolLevel"),
    ];

    private readonly Lazy<TimeSpan> _kept = new(() => KeptOf(settings().Get("CLIENT_STREAM_TTL_SECONDS")));

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("POST", "/api/v1/conversations/{id}/messages", "Stores a message and begins its turn; one that comes while another runs begins after it")
        { Contract = ApiContract.Conversation, Request = ConversationJson.Default.NewMessage, Response = ConversationJson.Default.AcceptedMessage, Status = 202 }, SubmitAsync);
        routes.Add(new("GET", "/api/v1/turns/{id}", "A turn as it stands: its result, thinking and, where asked for, tool calls")
        { Contract = ApiContract.Conversation, Query = Filters, Response = ConversationJson.Default.TurnReport }, GetAsync);
        routes.Add(new("GET", "/api/v1/turns/{id}/stream-events", "A turn's events from its first to its last, resumable by Last-Event-ID; kept for CLIENT_STREAM_TTL_SECONDS after its end, 24 hours without it")
        { Contract = ApiContract.Conversation, Query = Filters, ContentType = "text/event-stream" }, StreamAsync);
    }

    private async Task SubmitAsync(HttpContext http)
    {
        var session = await sessions.FindAsync(ConversationErrors.Conversation(http.RouteText("id")), http.RequestAborted) ?? throw ConversationErrors.NoConversation();
        var body = await ConversationBody.ReadAsync(http);
        var message = body.RequiredText("message");
        var wanted = Override(body);
        body.ThrowIfWrong();
        wanted?.Check();
        var turn = await (await turnsAsync(http.RequestAborted)).StartAsync(
            new StartTurn
            {
                SessionId = session.Id,
                Text = message,
                // Said outright, so that what is changed on the session meanwhile counts for the turns to come only.
                Model = wanted?.Reference ?? session.Model,
                ModelApi = wanted is { } model ? model.Api : session.ModelApi,
                KeepsSessionModel = wanted is not null || session.Model is not null,
                Delivery = Delivery.Queue,
                EndsOnFailedTool = true,
                Surface = Surface,
                Principal = Caller.Of(http).Name,
                SpeaksForUser = Caller.Of(http).May(Scopes.Approve),
                ExternalId = TurnInput.Key(http),
            },
            http.RequestAborted);
        await http.WriteAsync(
            new AcceptedMessage(turn.Id.ToString(), session.Id.ToString(), $"/api/v1/turns/{turn.Id}/stream-events", $"/api/v1/turns/{turn.Id}"),
            ConversationJson.Default.AcceptedMessage, StatusCodes.Status202Accepted);
    }

    private async Task GetAsync(HttpContext http)
    {
        var turn = await FindAsync(http);
        var filter = StreamFilter.Of(http);
        var items = await history.ReadTurnAsync(turn.Id, http.RequestAborted);
        await http.WriteAsync(TurnReport.Of(turn, await ModelOfAsync(turn, http.RequestAborted), items, filter), ConversationJson.Default.TurnReport);
    }

    private async Task StreamAsync(HttpContext http)
    {
        var turn = await FindAsync(http);
        var filter = StreamFilter.Of(http);
        if (turn.CompletedAt is { } end && end + _kept.Value < time.GetUtcNow())
        {
            throw ConversationErrors.NoStream();
        }
        var model = await ModelOfAsync(turn, http.RequestAborted);
        var workspace = (await sessions.FindAsync(turn.SessionId, http.RequestAborted))?.Workspace ?? "/";
        var window = ModelRef.TryParse(turn.Model, out var reference) ? windowOf(reference) : null;
        await feed.WriteAsync(
            http, turn, model, new TurnFrames(workspace, window), filter, ConversationFeed.AfterOf(http),
            async cancellationToken => await turns.FindAsync(turn.Id, cancellationToken) is not null);
    }

    private async Task<Turn> FindAsync(HttpContext http) =>
        (TurnId.TryParse(http.RouteText("id"), out var id) ? await turns.FindAsync(id, http.RequestAborted) : null) ?? throw ConversationErrors.NoTurn();

    private async Task<ConversationModel> ModelOfAsync(Turn turn, CancellationToken cancellationToken) =>
        ConversationModel.Of(turn.Model, (await turns.ReadRequestAsync(turn.Id, cancellationToken))?.ModelApi, find);

    private static ConversationModel? Override(ConversationBody body)
    {
        var given = OverrideFields.Where(body.HasValue).ToList();
        if (given.Count == 0)
        {
            return null;
        }
        if (given.Count < OverrideFields.Length)
        {
            foreach (var missing in OverrideFields.Except(given))
            {
                body.Reject(missing, $"an override needs all three fields ({string.Join(", ", OverrideFields)})");
            }
            return null;
        }
        return new(body.RequiredText("modelProviderId"), body.RequiredText("modelProviderApi"), body.RequiredText("model"));
    }

    // What is no number of seconds above 0 is as good as unset.
    private static TimeSpan KeptOf(string? seconds) =>
        long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < int.MaxValue ? TimeSpan.FromSeconds(number) : DefaultKept;
}
