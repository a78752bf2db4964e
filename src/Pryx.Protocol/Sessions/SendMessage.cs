using System.Text.Json;
using Pryx.Protocol.Items;

namespace Pryx.Protocol.Sessions;

/// <summary>The body of <c>POST /api/v1/sessions/{id}/messages</c> and, without its text, of a turn's <c>resume</c>. What is null keeps the session's or the configured value.</summary>
public sealed record SendMessage
{
    /// <summary>The input; <see cref="Message"/> and <see cref="Text"/> are other names for it.</summary>
    public string? Content { get; init; }
    public string? Message { get; init; }
    public string? Text { get; init; }
    public IReadOnlyList<Attachment>? Attachments { get; init; }
    public string? Model { get; init; }
    public string? ModelApi { get; init; }

    /// <summary>How much the model is to think: none, low, medium, high, xhigh, a number of tokens, or "default". It stays the session's until another is named.</summary>
    public string? Effort { get; init; }

    /// <summary>"plan" or "act": stays the session's.</summary>
    public string? Mode { get; init; }
    public Delivery Delivery { get; init; }
    public string? Policy { get; init; }
    public IReadOnlyList<string>? Allow { get; init; }
    public bool ApproveAll { get; init; }
    public int? MaxSteps { get; init; }
    public decimal? MaxCostUsd { get; init; }

    /// <summary>Seconds.</summary>
    public double? TimeoutS { get; init; }

    /// <summary>Seconds a question waits for a person; 0 waits as long as the turn.</summary>
    public double? ApprovalTimeoutS { get; init; }
    public JsonElement? OutputSchema { get; init; }

    /// <summary>The same one of the same surface is taken once; an <c>Idempotency-Key</c> header says the same.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Who sent it on that surface; believed only of the machine's own user.</summary>
    public string? Principal { get; init; }

    public static SendMessage From(StartTurn request) => new()
    {
        Content = request.Text,
        Attachments = request.Attachments.Count == 0 ? null : request.Attachments,
        Model = request.Model,
        ModelApi = request.ModelApi,
        Effort = request.Effort,
        Mode = request.Mode,
        Delivery = request.Delivery,
        Policy = request.Policy,
        Allow = request.Allow.Count == 0 ? null : request.Allow,
        ApproveAll = request.ApproveAll,
        MaxSteps = request.MaxSteps,
        MaxCostUsd = request.MaxCostUsd,
        TimeoutS = request.Timeout?.TotalSeconds,
        ApprovalTimeoutS = request.ApprovalTimeout?.TotalSeconds,
        OutputSchema = request.OutputSchema,
        ExternalId = request.ExternalId,
        Principal = request.Principal,
    };

    public StartTurn ToStartTurn(SessionId session, string surface) => new()
    {
        SessionId = session,
        Text = Content ?? Message ?? Text,
        Attachments = Attachments ?? [],
        Model = Model,
        ModelApi = ModelApi,
        Effort = Effort,
        Mode = Mode,
        Delivery = Delivery,
        Policy = Policy,
        Allow = Allow ?? [],
        ApproveAll = ApproveAll,
        MaxSteps = MaxSteps,
        MaxCostUsd = MaxCostUsd,
        Timeout = TimeoutS is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        ApprovalTimeout = ApprovalTimeoutS is { } patience ? TimeSpan.FromSeconds(patience) : null,
        OutputSchema = OutputSchema,
        ExternalId = ExternalId,
        Principal = Principal,
        Surface = surface,
    };
}

/// <summary>The answer to a message: the turn that has it, stored before this is said.</summary>
/// <param name="Id">The same as <paramref name="TurnId"/>.</param>
public sealed record TurnAccepted(TurnId Id, TurnId TurnId, SessionId SessionId, TurnStatus Status, string Model)
{
    public string? Surface { get; init; }
    public int Steps { get; init; }
    public DateTimeOffset StartedAt { get; init; }

    public static TurnAccepted Of(Turn turn) => new(turn.Id, turn.Id, turn.SessionId, turn.Status, turn.Model) { Surface = turn.Surface, Steps = turn.Steps, StartedAt = turn.StartedAt };

    public Turn ToTurn() => new() { Id = TurnId, SessionId = SessionId, Status = Status, Model = Model, Surface = Surface, Steps = Steps, StartedAt = StartedAt };
}

/// <param name="Stopped">False when it had ended by itself.</param>
public sealed record TurnStopped(bool Stopped, TurnId? TurnId = null);

/// <summary>What STOP for everything has ended.</summary>
/// <param name="Turns">That had begun, those of agents included.</param>
/// <param name="Queued">That waited for their session.</param>
/// <param name="Agents">That waited for theirs.</param>
public sealed record StoppedEverything(int Turns, int Queued, int Agents);

/// <summary>The body of <c>POST /api/v1/sessions</c>.</summary>
public sealed record NewSession
{
    public string? Title { get; init; }
    public string? Name { get; init; }

    /// <summary>An existing folder, absolute; absent: the server's own.</summary>
    public string? Workspace { get; init; }

    /// <summary>A folder that Pryx has worked in.</summary>
    public string? WorkspaceId { get; init; }

    /// <summary>True: no folder at all.</summary>
    public bool NoWorkspace { get; init; }
    public string? Model { get; init; }
    public string? ModelApi { get; init; }
    public string? SystemPrompt { get; init; }
    public SessionId? ParentId { get; init; }

    /// <summary>True: refused where the model could not run for want of a key.</summary>
    public bool CheckModel { get; init; }

    public static NewSession From(CreateSession request) => new()
    {
        Title = request.Title,
        Workspace = request.Workspace,
        NoWorkspace = request.Workspace is null,
        Model = request.Model,
        ModelApi = request.ModelApi,
        SystemPrompt = request.SystemPrompt,
        ParentId = request.ParentId,
        CheckModel = true,
    };
}

/// <summary>The body of <c>PATCH /api/v1/sessions/{id}</c>; what is null stays.</summary>
public sealed record ChangeSession
{
    public string? Title { get; init; }

    /// <summary>active or archived.</summary>
    public string? Status { get; init; }

    /// <summary>As <c>provider/model</c>.</summary>
    public string? Model { get; init; }
}

/// <summary>The body of <c>POST /api/v1/sessions/fork</c>.</summary>
public sealed record ForkSession
{
    public string? SourceSessionId { get; init; }
    public string? Title { get; init; }

    /// <summary>The number of the session's turn after which the copy ends, as undo and rewind count them; 0 for before the first. Null for all there is.</summary>
    public int? Turn { get; init; }

    /// <summary>The copy ends before this item, which must be one that the user said to begin a turn; also reaches what was copied itself. Null for all there is.</summary>
    public long? BeforeSeq { get; init; }
}
