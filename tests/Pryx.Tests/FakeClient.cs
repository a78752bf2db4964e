using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Grants;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;
using Pryx.Protocol.Workspaces;

namespace Pryx.Tests;

/// <summary>A Core that plays a script: it keeps what it was asked and says what the test tells it to.</summary>
internal sealed class FakeClient : IPryxClient
{
    private readonly Channel<PryxEvent> _events = Channel.CreateUnbounded<PryxEvent>();
    private readonly Dictionary<ApprovalId, TaskCompletionSource<ApprovalAnswer>> _asked = [];
    private readonly Dictionary<ApprovalId, Approval> _questions = [];
    private long _version = 7;

    public static SessionId FixedSession { get; } = new(Guid.Parse("3f2a0000-0000-4000-8000-000000000001"));
    public static TurnId FixedTurn { get; } = new(Guid.Parse("7e110000-0000-4000-8000-000000000002"));
    public static DateTimeOffset Then { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Plays a turn; runs as soon as one is started or resumed.</summary>
    public Func<FakeClient, Task> Play { get; set; } = static _ => Task.CompletedTask;

    public List<Session> Sessions { get; } = [];
    public List<Item> Items { get; } = [];
    public List<SessionHit> Hits { get; } = [];
    public List<Grant> Grants { get; } = [];
    public TrustCard? TrustCard { get; set; }
    public Turn? OpenTurn { get; set; }
    public Exception? StartFailure { get; set; }

    public List<string> Log { get; } = [];
    public CreateSession? Created { get; private set; }
    public List<StartTurn> Started { get; } = [];
    public List<(ApprovalId Id, ApprovalAnswer Answer)> Answers { get; } = [];
    public Dictionary<string, string> Keys { get; } = [];
    public TrustCard? Trusted { get; private set; }
    public bool? CanApprove { get; private set; }
    public long AfterVersion { get; private set; } = -1;
    public bool IsDisposed { get; private set; }
    public TaskCompletionSource Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // What a script says.
    public void Delta(int step, string text) => Progress(EventNames.MessageDelta, new MessageDeltaPayload(step, text), ProtocolJson.Default.MessageDeltaPayload);
    public void Thought(int step, string text) => Progress(EventNames.ReasoningDelta, new MessageDeltaPayload(step, text), ProtocolJson.Default.MessageDeltaPayload);
    public void Retry(int step, int attempt, long delayMs, string reason) => Progress(EventNames.StepRetrying, new StepRetryingPayload(step, attempt, delayMs, reason), ProtocolJson.Default.StepRetryingPayload);
    public void Says(int step, string text, bool isPartial = false) => Add(new Reply(text) { Step = step, IsPartial = isPartial });
    public void Add(Item item) => Send(new PryxEvent { Event = EventNames.ItemAdded, Item = item with { TurnId = FixedTurn } });

    public void Calls(int step, string callId, string tool, string summary, string decision = "allow", string reason = "inside the workspace", string? next = null)
    {
        Add(new ToolCall(callId, tool, tool, "{}") { Step = step });
        Commit(EventNames.ToolRequest, new ToolRequestPayload(callId, tool, tool, JsonDocument.Parse("{}").RootElement, decision, "mode:workspace-only", reason, summary) { Next = next }, ProtocolJson.Default.ToolRequestPayload);
    }

    public void Runs(string callId, string tool, string summary) => Commit(EventNames.ToolExecuting, new ToolExecutingPayload(callId, tool, tool, summary), ProtocolJson.Default.ToolExecutingPayload);
    public void Done(string callId, string tool, string status, string result) => Commit(EventNames.ToolComplete, new ToolCompletePayload(callId, tool, tool, status, result, 12), ProtocolJson.Default.ToolCompletePayload);

    public void Ends(string outcome = "completed", string? code = null, string? message = null, int denied = 0, decimal? cost = 0.0123m) => Commit($"turn.{outcome}",
        new TurnEndedPayload(outcome, code, message, 1, new TokenUsage(1_234, 56, 1_000), cost) { DeniedForWantOfPerson = denied }, ProtocolJson.Default.TurnEndedPayload);

    /// <summary>Asks, and waits for the answer of whoever subscribed.</summary>
    public Task<ApprovalAnswer> AskAsync(Approval approval)
    {
        _questions[approval.Id] = approval;
        var asked = _asked[approval.Id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Commit(EventNames.ApprovalNeeded, approval, ProtocolJson.Default.Approval);
        return asked.Task;
    }

    /// <summary>Somebody else answers.</summary>
    public void Resolves(ApprovalId id, bool approved, string by)
    {
        _asked.Remove(id);
        _questions.Remove(id);
        Commit(EventNames.ApprovalResolved, new ApprovalResolvedPayload(id, "shell.exec", approved, "once", by), ProtocolJson.Default.ApprovalResolvedPayload);
    }

    public void OfAnotherTurn(Item item) => Send(new PryxEvent { Event = EventNames.ItemAdded, Item = item }, TurnId.New());

    public static Session SessionOf(string id, string title, string? workspace = null) => new()
    {
        Id = new SessionId(Guid.Parse(id)),
        Title = title,
        Workspace = workspace,
        CreatedAt = Then,
        UpdatedAt = Then,
        Model = "openai/gpt-4o",
        Usage = new TokenUsage(1_000, 50, 10),
        TotalCostUsd = 0.5m,
        MessageCount = 4,
    };

    // What the command asks.
    public bool KeepsTurnsRunning { get; init; }

    public Task<Session> CreateSessionAsync(CreateSession request, CancellationToken cancellationToken)
    {
        Created = request;
        var session = new Session { Id = FixedSession, Title = request.Title ?? "Session", Workspace = request.Workspace };
        Sessions.Add(session);
        return Task.FromResult(session);
    }

    public Task<Session?> FindSessionAsync(SessionId id, CancellationToken cancellationToken) => Task.FromResult(Sessions.FirstOrDefault(session => session.Id == id));
    public Task<Session?> FindLatestSessionAsync(string workspace, CancellationToken cancellationToken) => Task.FromResult(Sessions.LastOrDefault(session => session.Workspace == workspace));
    public Task<IReadOnlyList<Session>> ListSessionsAsync(int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Session>>([.. Sessions.Take(limit)]);
    public Task<IReadOnlyList<SessionHit>> SearchSessionsAsync(string query, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<SessionHit>>(Hits);
    public Task<IReadOnlyList<Item>> GetItemsAsync(SessionId id, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Item>>(Items);

    public Task<EventPage> GetEventsAsync(SessionId? id, long afterVersion, int limit, CancellationToken cancellationToken) => Task.FromResult(new EventPage([], 0));

    public Task<Session> ForkSessionAsync(SessionId id, string? title, int? turn, CancellationToken cancellationToken) =>
        Task.FromResult(Sessions.First(session => session.Id == id) with { Id = FixedSession, Title = title ?? "Copy of it", ParentId = id });

    public Task<bool> DeleteSessionAsync(SessionId id, CancellationToken cancellationToken) => Task.FromResult(Sessions.RemoveAll(session => session.Id == id) > 0);

    public Task<Turn> StartTurnAsync(StartTurn request, CancellationToken cancellationToken)
    {
        if (StartFailure is { } failure)
        {
            return Task.FromException<Turn>(failure);
        }
        Log.Add("start");
        Started.Add(request);
        return BeginAsync();
    }

    public Task<Turn?> FindOpenTurnAsync(SessionId id, CancellationToken cancellationToken) => Task.FromResult(OpenTurn);

    public Turn? LastTurn { get; set; }

    public Task<Turn?> FindLastTurnAsync(SessionId id, CancellationToken cancellationToken) => Task.FromResult(LastTurn ?? OpenTurn);

    public Task<Turn> ResumeTurnAsync(StartTurn request, TurnId turnId, CancellationToken cancellationToken)
    {
        Log.Add("resume");
        Started.Add(request);
        return BeginAsync();
    }

    public Task<long> GetVersionAsync(CancellationToken cancellationToken) => Task.FromResult(_version);

    public async IAsyncEnumerable<PryxEvent> SubscribeAsync(SessionId id, long afterVersion, bool canApprove, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Log.Add("subscribe");
        (AfterVersion, CanApprove) = (afterVersion, canApprove);
        await foreach (var e in _events.Reader.ReadAllAsync(cancellationToken))
        {
            yield return e;
        }
    }

    public Task<Approval?> FindApprovalAsync(ApprovalId id, CancellationToken cancellationToken) => Task.FromResult(_questions.GetValueOrDefault(id));

    public Task<IReadOnlyList<Approval>> ListPendingApprovalsAsync(SessionId id, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Approval>>([.. _questions.Values]);

    public Task<bool> AnswerApprovalAsync(ApprovalId id, ApprovalAnswer answer, CancellationToken cancellationToken)
    {
        Answers.Add((id, answer));
        return Task.FromResult(_asked.Remove(id, out var asked) && asked.TrySetResult(answer));
    }

    public Task<bool> StopTurnAsync(TurnId id, CancellationToken cancellationToken) => Task.FromResult(Stopped.TrySetResult());

    public Task<string> SetProviderKeyAsync(string name, string key, CancellationToken cancellationToken)
    {
        Keys[name] = key;
        return Task.FromResult("the file vault");
    }

    public Task<IReadOnlyList<Grant>> ListGrantsAsync(bool withEnded, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Grant>>([.. Grants.Where(grant => withEnded || grant.State == "active")]);

    public Task<Grant> AddGrantAsync(AddGrant request, CancellationToken cancellationToken)
    {
        if (!request.Rule.Contains(':'))
        {
            throw new PryxException("RULE_INVALID", $"'{request.Rule}' is no rule.", "write it as tool:pattern");
        }
        var grant = new Grant("4f1c9999", request.Rule) { SessionId = request.SessionId, Workspace = request.Workspace, ExpiresAt = request.ExpiresAt, GrantedBy = request.GrantedBy };
        Grants.Add(grant);
        return Task.FromResult(grant);
    }

    public Task<bool> RevokeGrantAsync(string id, string revokedBy, CancellationToken cancellationToken) => Task.FromResult(Grants.RemoveAll(grant => grant.Id == id) > 0);
    public Task<TrustCard?> GetTrustCardAsync(string workspace, CancellationToken cancellationToken) => Task.FromResult(TrustCard);

    public Task TrustWorkspaceAsync(TrustCard shown, CancellationToken cancellationToken)
    {
        (Trusted, TrustCard) = (shown, null);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    private async Task<Turn> BeginAsync()
    {
        var playing = Play(this);
        // A script that waits for the command goes on beside it; one that fails at once fails here.
        if (playing.IsCompleted)
        {
            await playing;
        }
        return new Turn { Id = FixedTurn, SessionId = FixedSession, Model = "fake/model" };
    }

    private void Progress<TPayload>(string name, TPayload payload, JsonTypeInfo<TPayload> type) =>
        Write(new PryxEvent { Event = name, Payload = JsonSerializer.SerializeToElement(payload, type) }, FixedTurn, 0);

    private void Commit<TPayload>(string name, TPayload payload, JsonTypeInfo<TPayload> type) =>
        Send(new PryxEvent { Event = name, Payload = JsonSerializer.SerializeToElement(payload, type) });

    private void Send(PryxEvent e, TurnId? turn = null) => Write(e, turn ?? FixedTurn, ++_version);

    private void Write(PryxEvent e, TurnId turn, long version) =>
        _events.Writer.TryWrite(e with { SessionId = FixedSession, TurnId = turn, Timestamp = Then, Version = version });
}
