using System.Text;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Sessions;

/// <summary><c>/api/v1/sessions</c>: what there is, what is in it, and its making, changing, copying and end.</summary>
/// <param name="workingDirectory">The folder of sessions that name none.</param>
/// <param name="lookUpAsync">The model that a name means; throws when it means none or several.</param>
/// <param name="checkModelAsync">Also throws when it could not run in the folder.</param>
/// <param name="deleteAsync">Stops what runs in the session, then deletes it; false when there is none.</param>
public sealed class SessionEndpoints(
    SessionStore sessions, SessionPages pages, WorkspaceStore workspaces, string workingDirectory,
    Func<string, CancellationToken, Task<string>> lookUpAsync, Func<string, string?, CancellationToken, Task<string>> checkModelAsync, Func<SessionId, CancellationToken, Task<bool>> deleteAsync)
{
    // Runtime-behaviour B2; the cursor gives the rest.
    private const int PageLimit = 100;
    private const int ItemLimit = 1000;
    private static readonly ApiParameter Limit = new("limit", "At most so many", "integer");
    private static readonly ApiParameter AfterSeq = new("after_seq", "Only what comes after this place", "integer");
    private readonly SessionInput _input = new(workspaces, workingDirectory, lookUpAsync);

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/sessions", "Sessions, used last first, at most 100 a page; with q a full-text search, best first, with snippets")
        {
            Query = [Limit, new("cursor", "next_cursor of the page before"), new("q", "Words that must all occur"), new("workspace", "Only those of this folder"), new("status", "active or archived"), new("parent_id", "Only those that this session was copied into or that help it")],
            Response = SessionJson.Default.SessionList,
        }, ListAsync);
        routes.Add(new("POST", "/api/v1/sessions", "Makes a session; title, workspace or workspace_id, model and system_prompt may be given")
        { Request = ProtocolJson.Default.NewSession, Response = SessionJson.Default.SessionBody, Status = 201 }, CreateAsync);
        routes.Add(new("GET", "/api/v1/sessions/search", "Full-text search over everything said, best first, one hit a session")
        { Query = [new("q", "Words that must all occur"), Limit], Response = ProtocolJson.Default.SearchPage }, SearchAsync);
        routes.Add(new("POST", "/api/v1/sessions/fork", "Copies a session's history up to now into a new session")
        { Request = ProtocolJson.Default.ForkSession, Response = SessionJson.Default.SessionBody, Status = 201 }, ForkNamedAsync);
        routes.Add(new("GET", "/api/v1/sessions/{id}", "One session") { Response = SessionJson.Default.SessionBody }, GetAsync);
        routes.Add(new("PATCH", "/api/v1/sessions/{id}", "Changes title, status (active or archived) or model")
        { Request = ProtocolJson.Default.ChangeSession, Response = SessionJson.Default.SessionBody }, ChangeAsync);
        routes.Add(new("DELETE", "/api/v1/sessions/{id}", "Stops what runs in it and deletes it; what it cost and what was audited stays") { Status = 204 }, DeleteAsync);
        routes.Add(new("POST", "/api/v1/sessions/{id}/fork", "Copies its history up to now into a new session")
        { Request = ProtocolJson.Default.ForkSession, Response = SessionJson.Default.SessionBody, Status = 201 }, ForkAsync);
        routes.Add(new("GET", "/api/v1/sessions/{id}/messages", "What was said, as text, oldest first, at most 1,000 a page")
        { Query = [AfterSeq, Limit], Response = SessionJson.Default.MessagePage }, MessagesAsync);
        routes.Add(new("GET", "/api/v1/sessions/{id}/items", "Everything in it, oldest first, at most 1,000 a page")
        { Query = [AfterSeq, Limit, new("last", "Only the end, at most so many", "integer"), new("before_seq", "With last: the end of what comes before this place", "integer")], Response = ProtocolJson.Default.ItemPage }, ItemsAsync);
        routes.Add(new("GET", "/api/v1/sessions/{id}/export", "The whole session as a document: format json (without loss) or markdown (for people)")
        { Query = [new("format", "json or markdown")] }, ExportAsync);
    }

    private async Task ListAsync(HttpContext http)
    {
        var limit = http.QueryNumber("limit", PageLimit, 1, PageLimit);
        if (http.QueryText("q") is { } query)
        {
            await http.WriteAsync(new SessionList(await FindAsync(query, limit, http.RequestAborted)), SessionJson.Default.SessionList);
            return;
        }
        var page = await pages.ListAsync(limit, http.QueryText("workspace"), http.QueryText("status"), http.QueryText("cursor"), http.RequestAborted, Parent(http));
        await http.WriteAsync(new SessionList([.. page.Sessions.Select(SessionBody.Of)], page.NextCursor), SessionJson.Default.SessionList);
    }

    private static SessionId? Parent(HttpContext http) => http.QueryText("parent_id") is not { } text ? null
        : SessionId.TryParse(text, out var id) ? id : throw new PryxException("VALIDATION_ERROR", "parent_id: the id of a session is expected");

    private async Task SearchAsync(HttpContext http)
    {
        var query = http.QueryText("q") ?? throw new PryxException("VALIDATION_ERROR", "q: words to look for are expected");
        var hits = await sessions.SearchAsync(query, http.QueryNumber("limit", 20, 1, ItemLimit), http.RequestAborted);
        await http.WriteAsync(new SearchPage(query, hits, hits.Count), ProtocolJson.Default.SearchPage);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.ReadOrDefaultAsync(ProtocolJson.Default.NewSession);
        var request = await _input.ReadAsync(body, Caller.Of(http), http.RequestAborted);
        if (request.ParentId is { } parent && await sessions.FindAsync(parent, http.RequestAborted) is null)
        {
            throw SessionStore.NotFound(parent);
        }
        if (body.CheckModel && request.Model is { } model)
        {
            request = request with { Model = await checkModelAsync(model, request.Workspace, http.RequestAborted) };
        }
        var session = await sessions.CreateAsync(request, http.RequestAborted);
        http.Response.Headers.Location = $"/api/v1/sessions/{session.Id}";
        await http.WriteAsync(SessionBody.Of(session), SessionJson.Default.SessionBody, StatusCodes.Status201Created);
    }

    private async Task GetAsync(HttpContext http) => await http.WriteAsync(SessionBody.Of(await RequireAsync(http)), SessionJson.Default.SessionBody);

    private async Task ChangeAsync(HttpContext http)
    {
        var id = http.RouteSession();
        var change = await _input.CheckAsync(await http.ReadAsync(ProtocolJson.Default.ChangeSession), http.RequestAborted);
        if (change.Status == "active" && await sessions.FindAsync(id, http.RequestAborted) is { ArchivedAt: not null } archived)
        {
            SessionStore.RequireAtHand(archived);
        }
        var session = await sessions.ChangeAsync(id, change, http.RequestAborted) ?? throw SessionStore.NotFound(id);
        await http.WriteAsync(SessionBody.Of(session), SessionJson.Default.SessionBody);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var id = http.RouteSession();
        if (!await deleteAsync(id, http.RequestAborted))
        {
            throw SessionStore.NotFound(id);
        }
        await http.NoContent();
    }

    private async Task ForkNamedAsync(HttpContext http)
    {
        var request = await http.ReadAsync(ProtocolJson.Default.ForkSession);
        if (request.SourceSessionId is not { Length: > 0 } text)
        {
            throw new PryxException("VALIDATION_ERROR", "source_session_id: the session to copy is expected");
        }
        var source = SessionId.TryParse(text, out var id) ? id : throw new PryxException("SESSION_NOT_FOUND", "source_session_id: there is no such session.");
        await WriteForkAsync(http, source, request);
    }

    private async Task ForkAsync(HttpContext http)
    {
        var request = await http.ReadOrDefaultAsync(ProtocolJson.Default.ForkSession);
        await WriteForkAsync(http, http.RouteSession(), request);
    }

    private async Task WriteForkAsync(HttpContext http, SessionId source, ForkSession request)
    {
        var copy = await sessions.ForkAsync(source, SessionInput.Title(request.Title), new(request.Turn, request.BeforeSeq), http.RequestAborted);
        await http.WriteAsync(SessionBody.Of(copy) with { SourceSessionId = source, NewSessionId = copy.Id }, SessionJson.Default.SessionBody, StatusCodes.Status201Created);
    }

    private async Task MessagesAsync(HttpContext http)
    {
        var session = await AtHandAsync(http);
        var page = await pages.ListMessagesAsync(session.Id, http.QueryLong("after_seq"), http.QueryNumber("limit", 100, 1, ItemLimit), http.RequestAborted);
        await http.WriteAsync(page, SessionJson.Default.MessagePage);
    }

    private async Task ItemsAsync(HttpContext http)
    {
        var session = await AtHandAsync(http);
        if (http.QueryText("last") is not null)
        {
            // A screen begins at the end.
            var before = http.QueryLong("before_seq", long.MaxValue);
            var end = (await sessions.ReadItemsAsync(session.Id, http.RequestAborted)).Where(item => item.Seq < before).TakeLast(http.QueryNumber("last", ItemLimit, 1, ItemLimit)).ToList();
            await http.WriteAsync(new ItemPage(end), ProtocolJson.Default.ItemPage);
            return;
        }
        var limit = http.QueryNumber("limit", ItemLimit, 1, ItemLimit);
        var after = http.QueryLong("after_seq");
        // The history is kept in memory while a session is in use: its pages cost no further look into the store.
        var rest = (await sessions.ReadItemsAsync(session.Id, http.RequestAborted)).Where(item => item.Seq > after).Take(limit + 1).ToList();
        await http.WriteAsync(rest.Count <= limit ? new ItemPage(rest) : new ItemPage(rest[..limit], rest[limit - 1].Seq), ProtocolJson.Default.ItemPage);
    }

    private async Task ExportAsync(HttpContext http)
    {
        var session = await AtHandAsync(http);
        var items = await sessions.ReadItemsAsync(session.Id, http.RequestAborted);
        var (text, type, ending) = http.QueryText("format") switch
        {
            null or "json" => (SessionExport.ToJson(session, items), "application/json", "json"),
            "markdown" or "md" => (SessionExport.ToMarkdown(session, items), "text/markdown", "md"),
            var other => throw new PryxException("VALIDATION_ERROR", $"format: json or markdown is expected, not '{other}'"),
        };
        var bytes = Encoding.UTF8.GetBytes(text);
        http.Response.ContentType = $"{type}; charset=utf-8";
        http.Response.ContentLength = bytes.Length;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"session-{session.Id}.{ending}\"";
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    private async Task<Session> AtHandAsync(HttpContext http)
    {
        var session = await RequireAsync(http);
        SessionStore.RequireAtHand(session);
        return session;
    }

    private async Task<Session> RequireAsync(HttpContext http)
    {
        var id = http.RouteSession();
        return await sessions.FindAsync(id, http.RequestAborted) ?? throw SessionStore.NotFound(id);
    }

    private async Task<IReadOnlyList<SessionBody>> FindAsync(string query, int limit, CancellationToken cancellationToken)
    {
        var found = new List<SessionBody>();
        foreach (var hit in await sessions.SearchAsync(query, limit, cancellationToken))
        {
            if (await sessions.FindAsync(hit.SessionId, cancellationToken) is { } session)
            {
                found.Add(SessionBody.Of(session) with { Snippet = hit.Snippet });
            }
        }
        return found;
    }
}
