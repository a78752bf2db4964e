using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Shell;

namespace Pryx.Tui.Chat;

/// <summary>What a chat can have Core do: send, answer, stop, begin anew, copy. The state changes when Core says so.</summary>
internal sealed class ChatActions(TuiContext ui, ChatState state, ChatFeed feed)
{
    private readonly List<Attachment> _attachments = [];

    /// <summary>A mode that holds for what is sent from now on; null for the configured one.</summary>
    public string? Policy { get; set; }

    /// <summary>For a session that does not exist yet; null for the configured one.</summary>
    public string? NewModel { get; set; }
    public bool NewIsPlanning { get; set; }

    /// <summary>They go with the next message.</summary>
    public IReadOnlyList<Attachment> Attachments => _attachments;

    public void Attach(Attachment attachment) => _attachments.Add(attachment);

    public void DropAttachments() => _attachments.Clear();

    /// <param name="delivery">What becomes of it while a turn runs.</param>
    public void Send(string text, Delivery delivery)
    {
        var attachments = _attachments.ToList();
        _attachments.Clear();
        var entry = new UserEntry(text)
        {
            At = ui.Time.GetUtcNow(),
            Attachments = [.. attachments.Select(static one => one.Name ?? one.MediaType)],
            State = state.Turn is null ? Delivered.Sending : delivery == Delivery.Queue ? Delivered.Queued : Delivered.Steering,
        };
        state.Transcript.Put(entry);
        ui.Run(async cancellationToken =>
        {
            // Typed before Core was there: it goes as soon as it is.
            await ui.Link.WhenReadyAsync(cancellationToken);
            var session = state.Session ?? await BeginAsync(entry, cancellationToken);
            var turn = await ui.Core.Client.StartTurnAsync(new StartTurn
            {
                SessionId = session.Id,
                Text = text,
                Attachments = attachments,
                Delivery = delivery,
                Policy = Policy,
                Mode = NewIsPlanning ? "plan" : null,
                Surface = "tui",
                Principal = ui.Principal,
            }, cancellationToken);
            NewIsPlanning = false;
            if (turn.Status != TurnStatus.Queued && state.Turn is null && entry.State == Delivered.Sending)
            {
                state.SetOpenTurn(turn);
            }
        }, failure => Refuse(entry, failure));
    }

    public void Stop()
    {
        if (state.Turn is not { } turn)
        {
            return;
        }
        turn.IsStopping = true;
        ui.Run(async cancellationToken => await ui.Core.Client.StopTurnAsync(turn.Id, cancellationToken), failure =>
        {
            turn.IsStopping = false;
            ui.Toast($"Not stopped: {failure.Message}", Ink.Error);
        });
    }

    /// <summary>Answers a question; the card goes at once and comes back when Core has not taken the answer.</summary>
    public void Answer(Approval approval, ApprovalAnswer answer)
    {
        state.RemoveApproval(approval.Id);
        ui.Run(async cancellationToken =>
        {
            if (!await ui.Core.Client.AnswerApprovalAsync(approval.Id, answer, cancellationToken))
            {
                ui.Toast("Too late: it was answered elsewhere.", Ink.Info);
            }
        }, failure =>
        {
            state.AddApproval(approval);
            ui.Toast($"Not answered: {failure.Message}", Ink.Error);
        });
    }

    /// <summary>A question's exact arguments: the event that announces it has none of their secrets.</summary>
    public void FetchApproval(ApprovalId id) => ui.Run(async cancellationToken =>
    {
        if (await ui.Core.Client.FindApprovalAsync(id, cancellationToken) is { } approval)
        {
            state.AddApproval(approval);
        }
    });

    /// <summary>An empty chat; the session is made with its first message.</summary>
    public void New()
    {
        feed.Leave();
        state.Begin(null);
    }

    public void Fork(string? title) => ui.Run(async cancellationToken =>
    {
        if (state.Session is { } session)
        {
            var copy = await ui.Core.Client.ForkSessionAsync(session.Id, string.IsNullOrWhiteSpace(title) ? null : title, null, cancellationToken);
            ui.OpenSession(copy.Id);
            ui.Toast("This is the copy; the session it came from stays as it was.", Ink.Success);
        }
    });

    public void Rename(string title) => ui.Run(async cancellationToken =>
    {
        if (state.Session is { } session)
        {
            state.Session = await ui.Core.ChangeAsync(session.Id, new ChangeSession { Title = title }, cancellationToken);
        }
    });

    public void SetModel(string model) => ui.Run(async cancellationToken =>
    {
        if (state.Session is { } session)
        {
            state.Session = await ui.Core.ChangeAsync(session.Id, new ChangeSession { Model = model }, cancellationToken);
        }
        else
        {
            NewModel = model;
        }
        state.Model = model;
        ui.Toast($"{model} answers from the next message on.", Ink.Success);
    });

    public void SetMode(bool isPlanning) => ui.Run(async cancellationToken =>
    {
        if (state.Session is { } session)
        {
            await ui.Core.SetModeAsync(session.Id, isPlanning ? "plan" : "act", cancellationToken);
            state.Session = session with { Mode = isPlanning ? "plan" : null };
        }
        NewIsPlanning = isPlanning && state.Session is null;
        ui.Toast(isPlanning ? "Plan mode: the agent reads and asks, and acts once you approve its plan." : "The agent acts.", Ink.Info);
    });

    /// <summary>Writes the session into a file of its folder.</summary>
    /// <param name="words">"json" for the whole without loss, else for people to read; or a path.</param>
    public void Export(string words) => ui.Run(async cancellationToken =>
    {
        if (state.Session is not { } session)
        {
            ui.Toast("There is nothing to export yet.", Ink.Warning);
            return;
        }
        var isJson = words == "json" || words.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
        var text = await ui.Core.SendAsync("GET", $"/api/v1/sessions/{session.Id}/export?format={(isJson ? "json" : "markdown")}", null, cancellationToken);
        var name = words is "" or "json" or "md" or "markdown" ? $"session-{session.Id.ToString()[..8]}.{(isJson ? "json" : "md")}" : words;
        var path = Path.GetFullPath(name, session.Workspace ?? ui.Folder);
        try
        {
            await File.WriteAllTextAsync(path, text, cancellationToken);
            ui.Toast($"Written to {path}", Ink.Success);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ui.Toast($"Not written: {e.Message}", Ink.Error);
        }
    });

    private async Task<Session> BeginAsync(UserEntry first, CancellationToken cancellationToken)
    {
        var session = await ui.Core.Client.CreateSessionAsync(new CreateSession { Workspace = ui.Folder, Model = NewModel }, cancellationToken);
        state.Begin(session);
        state.Transcript.Put(first);
        await feed.FollowNewAsync(session.Id, cancellationToken);
        return session;
    }

    private void Refuse(UserEntry entry, PryxException failure)
    {
        entry.State = Delivered.Refused;
        state.Transcript.Put(new ErrorEntry(failure.Message) { Code = failure.Code, Next = failure.Next ?? ChatWords.NextAfter(failure.Code), TraceId = failure.TraceId, At = ui.Time.GetUtcNow() });
        Unsent?.Invoke(entry.Text);
    }

    /// <summary>What Core did not take: it goes back to the input, where nothing has been typed since.</summary>
    public event Action<string>? Unsent;
}
