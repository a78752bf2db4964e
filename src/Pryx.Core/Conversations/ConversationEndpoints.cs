using System.Globalization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Core.Sessions;
using Pryx.Protocol;

namespace Pryx.Core.Conversations;

/// <summary><c>/api/v1/conversations</c>: every session, as the conversation API's contract wants it.</summary>
/// <param name="workingDirectory">The folder of conversations made here.</param>
/// <param name="checkModelAsync">Throws when a turn with this model could not run in the folder, such as for want of a key.</param>
/// <param name="deleteAsync">Stops what runs in the session, then deletes it; false when there is none.</param>
public sealed class ConversationEndpoints(
    ConversationStore conversations, SessionStore sessions, string workingDirectory, Func<ConversationModel, string, CancellationToken, Task> checkModelAsync,
    Func<SessionId, CancellationToken, Task<bool>> deleteAsync)
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;
    private static readonly string[] Metadata = ["title", "summary", "tags", "agentRole"];
    private static readonly string[] ModelFields = ["modelProviderId", "modelProviderApi", "model"];
    private static readonly string[] Immutable = ["conversationId", "createdAt", "updatedAt", "parent", "history"];

    public void Map(ApiRoutes routes)
    {
        routes.Add(Route("POST", "/api/v1/conversations", "Makes a conversation in the server's working directory") with
        { Request = ConversationJson.Default.NewConversation, Response = ConversationJson.Default.Conversation, Status = 201 }, CreateAsync);
        routes.Add(Route("GET", "/api/v1/conversations", "Conversations, created last first, at most 100 a page") with
        {
            Query = [new("limit", "1 to 100, 20 without it", "integer"), new("cursor", "nextCursor of the page before"), new("tags", "Only those with all of these, separated by commas"), new("agentRole", "Only those of this role")],
            Response = ConversationJson.Default.ConversationPage,
        }, ListAsync);
        routes.Add(Route("GET", "/api/v1/conversations/{id}", "A conversation with what was said in it") with { Response = ConversationJson.Default.Conversation }, GetAsync);
        routes.Add(Route("PATCH", "/api/v1/conversations/{id}", "Changes what is given: title, summary, tags, agentRole, or the model of the turns to come") with
        { Request = ConversationJson.Default.ConversationFields, Response = ConversationJson.Default.Conversation }, PatchAsync);
        routes.Add(Route("DELETE", "/api/v1/conversations/{id}", "Stops what runs in it and deletes it") with { Status = 204 }, DeleteAsync);
        routes.Add(Route("POST", "/api/v1/conversations/{id}/clone", "A new conversation with the same history and model; title, summary, tags and agentRole only where given") with
        { Request = ConversationJson.Default.ConversationFields, Response = ConversationJson.Default.Conversation, Status = 201 }, CloneAsync);
    }

    private static ApiRoute Route(string method, string path, string summary) => new(method, path, summary) { Contract = ApiContract.Conversation };

    private async Task CreateAsync(HttpContext http)
    {
        var body = await ConversationBody.ReadAsync(http);
        var request = new NewConversation(body.RequiredText("modelProviderId"), body.RequiredText("modelProviderApi"), body.RequiredText("model"))
        {
            Title = body.OptionalText("title"),
            Summary = body.OptionalText("summary"),
            Tags = body.OptionalTexts("tags"),
            AgentRole = body.OptionalText("agentRole"),
        };
        body.ThrowIfWrong();
        var model = new ConversationModel(request.ModelProviderId, request.ModelProviderApi, request.Model);
        model.Check();
        await checkModelAsync(model, workingDirectory, http.RequestAborted);
        await http.WriteAsync(await conversations.CreateAsync(request, workingDirectory, http.RequestAborted), ConversationJson.Default.Conversation, StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext http)
    {
        var tags = http.Request.Query["tags"].SelectMany(static text => (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToList();
        var query = new ConversationQuery(LimitOf(http.QueryText("limit")), ConversationCursor.Parse(http.QueryText("cursor")), tags, http.QueryText("agentRole"));
        await http.WriteAsync(await conversations.ListAsync(query, http.RequestAborted), ConversationJson.Default.ConversationPage);
    }

    private async Task GetAsync(HttpContext http) => await WriteAsync(http, await FindAsync(http), StatusCodes.Status200OK);

    private async Task PatchAsync(HttpContext http)
    {
        var id = ConversationErrors.Conversation((await FindAsync(http)).ConversationId);
        var body = await ConversationBody.ReadAsync(http);
        foreach (var name in body.Names.Except([.. Metadata, .. ModelFields]))
        {
            body.Reject(name, Immutable.Contains(name) ? "can not be changed" : "there is no such field");
        }
        if (body.Names.Count == 0)
        {
            body.Reject("body", "at least one field is expected");
        }
        var patch = new ConversationPatch
        {
            Title = Changed(body, "title"),
            Summary = Changed(body, "summary"),
            AgentRole = Changed(body, "agentRole"),
            Tags = body.Has("tags") ? body.OptionalTexts("tags") ?? [] : null,
            ModelProviderId = ChangedModel(body, "modelProviderId"),
            ModelProviderApi = ChangedModel(body, "modelProviderApi"),
            Model = ChangedModel(body, "model"),
        };
        body.ThrowIfWrong();
        await WriteAsync(http, await conversations.PatchAsync(id, patch, http.RequestAborted) ?? throw ConversationErrors.NoConversation(), StatusCodes.Status200OK);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        if (!await deleteAsync(ConversationErrors.Conversation(http.RouteText("id")), http.RequestAborted))
        {
            throw ConversationErrors.NoConversation();
        }
        await http.NoContent();
    }

    private async Task CloneAsync(HttpContext http)
    {
        var original = await FindAsync(http);
        var id = ConversationErrors.Conversation(original.ConversationId);
        var body = await ConversationBody.ReadOptionalAsync(http);
        // What the copy is called and for is its own affair: nothing of it is taken over.
        var metadata = new ConversationPatch
        {
            Title = new(body.OptionalText("title")),
            Summary = new(body.OptionalText("summary")),
            AgentRole = new(body.OptionalText("agentRole")),
            Tags = body.OptionalTexts("tags") ?? [],
            ModelProviderId = ChangedModel(body, "modelProviderId"),
            ModelProviderApi = ChangedModel(body, "modelProviderApi"),
            Model = ChangedModel(body, "model"),
            IsCreation = true,
        };
        body.ThrowIfWrong();
        if (metadata.ModelProviderId is not null || metadata.ModelProviderApi is not null)
        {
            // Before anything is copied.
            new ConversationModel(metadata.ModelProviderId ?? original.ModelProviderId, metadata.ModelProviderApi ?? original.ModelProviderApi, "").Check();
        }
        var copy = await sessions.ForkAsync(id, null, http.RequestAborted);
        await WriteAsync(http, await conversations.PatchAsync(copy.Id, metadata, http.RequestAborted) ?? throw ConversationErrors.NoConversation(), StatusCodes.Status201Created);
    }

    private async Task<Conversation> FindAsync(HttpContext http) =>
        await conversations.FindAsync(ConversationErrors.Conversation(http.RouteText("id")), http.RequestAborted) ?? throw ConversationErrors.NoConversation();

    private async Task WriteAsync(HttpContext http, Conversation conversation, int status)
    {
        var items = await sessions.ReadItemsAsync(ConversationErrors.Conversation(conversation.ConversationId), http.RequestAborted);
        await http.WriteAsync(conversation with { History = ConversationHistory.Of(items) }, ConversationJson.Default.Conversation, status);
    }

    private static Change? Changed(ConversationBody body, string name) => body.Has(name) ? new Change(body.OptionalText(name)) : null;

    private static string? ChangedModel(ConversationBody body, string name) => body.Has(name) ? body.RequiredText(name) : null;

    // The contract forgives every limit: what is no number is the default, what is outside is moved to the nearer end.
    private static int LimitOf(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && !double.IsNaN(number) ? (int)Math.Clamp(Math.Floor(number), 1, MaxLimit) : DefaultLimit;
}
