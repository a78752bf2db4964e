using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Tui.Input;
using Pryx.Tui.Shell;

namespace Pryx.Tests.Tui.Chat;

/// <summary>The whole terminal UI on a virtual terminal, before a Core that plays a script.</summary>
internal sealed class ChatBench : IDisposable
{
    private readonly Root _root;
    private readonly TestTerminal _terminal;

    public ChatBench(int width = 80, int height = 24, Action<FakeClient, FakeLink>? prepare = null, SessionId? session = null)
    {
        Client = new FakeClient { KeepsTurnsRunning = true };
        Link = new FakeLink(Client);
        prepare?.Invoke(Client, Link);
        _terminal = new TestTerminal(Client);
        TuiBench? bench = null;
        // One clock for the loop and the screens.
        _root = new Root(Link, _terminal.Io with { WorkingDirectory = "/home/you/project", Time = new Later(() => bench!.Time) });
        Bench = bench = new TuiBench(_root, width, height);
        _root.Begin(Bench.App, session, TestContext.Current.CancellationToken);
        Settle();
    }

    public FakeClient Client { get; }
    public FakeLink Link { get; }
    public TuiBench Bench { get; }
    public string Frame => Bench.Frame;

    public static Approval Question(string command = "dotnet test", string? pattern = "shell.exec:dotnet test*") => new()
    {
        Id = new ApprovalId(Guid.Parse("a1000000-0000-4000-8000-000000000001")),
        SessionId = FakeClient.FixedSession,
        TurnId = FakeClient.FixedTurn,
        CallId = "c1",
        Kind = ApprovalKind.Tool,
        Tool = "shell.exec",
        Summary = $"Run {command}",
        Preview = command,
        PreviewKind = PreviewKind.Command,
        Reason = "It runs a command in the sandbox of this folder.",
        Rule = "mode:workspace-only",
        Pattern = pattern,
        Touches = [$"run {command}"],
        Args = System.Text.Json.JsonDocument.Parse("{}").RootElement,
    };

    public ChatBench Settle()
    {
        for (var i = 0; i < 4; i++)
        {
            Bench.Advance(TimeSpan.FromMilliseconds(50));
        }
        return this;
    }

    /// <summary>Sends a message and lets the script play up to a text on the screen.</summary>
    public async Task<ChatBench> SayAsync(string text, string until)
    {
        Bench.Type(text).Press(Key.Enter);
        await Bench.ShowsAsync(until);
        return Settle();
    }

    public void Dispose()
    {
        Bench.Dispose();
        _root.Dispose();
        _terminal.Dispose();
    }

    /// <summary>The clock of a bench that is made after what needs it.</summary>
    private sealed class Later(Func<TimeProvider> time) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time().GetUtcNow();
        public override long GetTimestamp() => time().GetTimestamp();
        public override long TimestampFrequency => time().TimestampFrequency;
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time().CreateTimer(callback, state, dueTime, period);
    }
}
