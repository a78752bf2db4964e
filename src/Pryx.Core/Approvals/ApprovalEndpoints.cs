using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Approvals;

/// <summary>Questions to people, and their answers, over HTTP. The exact arguments are shown only to those who may answer.</summary>
public sealed class ApprovalEndpoints(ApprovalDesk desk, ApprovalStore store)
{
    private const string Root = "/api/v1/approvals";
    private const int DefaultLimit = 50;
    private static readonly string[] States = ["pending", "approved", "denied", "expired", "withdrawn"];

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", Root, "Questions and what became of them, newest first")
        {
            Query = [new("state", string.Join(", ", States)), new("session_id", "Of one session"), new("limit", "1 to 1,000; 50 when absent", "integer")],
            Response = ApprovalJson.Default.ApprovalHistory,
        }, ListAsync);
        routes.Add(new("GET", Root + "/pending", "Questions that wait for an answer, oldest first")
        {
            Query = [new("session_id", "Of one session")],
            Response = ApprovalJson.Default.PendingApprovals,
        }, ListPendingAsync);
        routes.Add(new("GET", Root + "/{id}", "One question, with its answer when there is one") { Response = ApprovalJson.Default.ApprovalState }, GetAsync);
        routes.Add(new("POST", Root + "/decision", "Answers a question; the first answer counts, from whatever surface")
        {
            Scope = Scopes.Approve,
            Request = ApprovalJson.Default.DecisionRequest,
            Response = ApprovalJson.Default.DecisionResponse,
        }, DecideAsync);
    }

    /// <summary>What an answer covers, in the word of the API.</summary>
    public static string ScopeOf(ApprovalAnswer answer) => answer.TakesFolderGrant ? "folder" : answer.TakesProposal ? "proposed" : answer.Duration switch
    {
        GrantDuration.Session => "session",
        GrantDuration.Forever => "forever",
        _ => "once",
    };

    private async Task ListAsync(HttpContext http)
    {
        var state = http.QueryText("state");
        if (state is not null && !States.Contains(state))
        {
            throw new PryxException("VALIDATION_ERROR", $"state: one of {string.Join(", ", States)} is expected");
        }
        var found = await store.ListAsync(state, SessionOf(http), http.QueryNumber("limit", DefaultLimit, 1, 1000), http.RequestAborted);
        await http.WriteAsync(new ApprovalHistory([.. found.Select(entry => Shown(http, entry))], found.Count), ApprovalJson.Default.ApprovalHistory);
    }

    private async Task ListPendingAsync(HttpContext http)
    {
        var pending = await store.ListPendingAsync(SessionOf(http), http.RequestAborted);
        var isExact = Caller.Of(http).May(Scopes.Approve);
        await http.WriteAsync(new PendingApprovals(isExact ? pending : [.. pending.Select(ShownApproval.Of)], pending.Count), ApprovalJson.Default.PendingApprovals);
    }

    private async Task GetAsync(HttpContext http)
    {
        var found = ApprovalId.TryParse(http.RouteText("id"), out var id) ? await store.FindAsync(id, http.RequestAborted) : null;
        await http.WriteAsync(Shown(http, found ?? throw Unknown()), ApprovalJson.Default.ApprovalState);
    }

    private async Task DecideAsync(HttpContext http)
    {
        var request = await http.ReadAsync(ApprovalJson.Default.DecisionRequest);
        var approves = request.Decision switch
        {
            "approve" => true,
            "deny" => false,
            _ => throw new PryxException("VALIDATION_ERROR", "decision: approve or deny is expected"),
        };
        if ((request.RequestId ?? request.ApprovalId) is not { Length: > 0 } given)
        {
            throw new PryxException("VALIDATION_ERROR", "request_id: the id of the question is expected");
        }
        // The answer is not given up with the connection: whoever sent it must be able to rely on it.
        var state = await desk.ResolveAsync(ApprovalId.TryParse(given, out var id) ? id : throw Unknown(), new ApprovalAnswer
        {
            Approved = approves,
            AnsweredBy = $"{http.Surface()}:{Caller.Of(http).Name}",
            Duration = request.Scope ?? GrantDuration.Once,
            TakesFolderGrant = request.TakesFolderGrant,
            TakesProposal = TakesProposal(request.Grant),
            EditedArgs = request.EditedArgs,
            Text = request.Text,
            Reason = string.IsNullOrWhiteSpace(request.Reason) ? null : request.Reason.Trim(),
        }, CancellationToken.None);
        await http.WriteAsync(new DecisionResponse(true, id, approves, ScopeOf(state.Answer!)), ApprovalJson.Default.DecisionResponse);
    }

    /// <exception cref="PryxException">VALIDATION_ERROR</exception>
    public static bool TakesProposal(string? grant) => grant switch
    {
        null or "" => false,
        "proposed" => true,
        _ => throw new PryxException("VALIDATION_ERROR", "grant: only \"proposed\" is known, for the proposal on the card"),
    };

    private static ApprovalState Shown(HttpContext http, ApprovalState state) => Caller.Of(http).May(Scopes.Approve) ? state : ShownApproval.Of(state);

    private static SessionId? SessionOf(HttpContext http) => http.QueryText("session_id") switch
    {
        null => null,
        var text when SessionId.TryParse(text, out var id) => id,
        _ => throw new PryxException("VALIDATION_ERROR", "session_id: the UUID of a session is expected"),
    };

    private static PryxException Unknown() => new("APPROVAL_NOT_FOUND", "There is no such question.", "GET /api/v1/approvals/pending lists those that wait.");
}
