using System.Globalization;
using System.Text;
using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Terminal;

namespace Pryx.Commands.Run;

/// <summary>
/// The answer on stdout, everything else on stderr. On a terminal text appears as it streams. A pipe gets only the final answer:
/// a step's text waits until the step is stored, and goes to stderr when the step calls tools.
/// </summary>
/// <param name="holdsText">True: nothing of the reply is shown, the caller prints what it makes of it.</param>
internal sealed class TextTurnView(CommandIo io, bool isQuiet, bool showsThinking, bool holdsText) : ITurnView
{
    private readonly Style _style = io.ErrorStyle;
    private readonly SafeStream _safe = new();
    private readonly SafeStream _safeThinking = new();
    private readonly StringBuilder _streamed = new();
    private readonly bool _isLive = io.IsOutTerminal && !holdsText;
    private readonly HashSet<ItemId> _shown = [];
    private int _step;
    private int _toolStep;
    private string? _held;
    private bool _isOutMidLine;
    private bool _isErrorMidLine;

    public void Show(PryxEvent e)
    {
        if (e.Item is { } item)
        {
            ShowItem(item);
        }
        switch (e.Event)
        {
            case EventNames.MessageDelta when Payload(e, ProtocolJson.Default.MessageDeltaPayload) is { } delta:
                ShowDelta(delta);
                break;
            case EventNames.ReasoningDelta when showsThinking && !isQuiet && Payload(e, ProtocolJson.Default.MessageDeltaPayload) is { } thought:
                ShowThought(thought.Text);
                break;
            case EventNames.StepRetrying when Payload(e, ProtocolJson.Default.StepRetryingPayload) is { } retry:
                ShowRetry(retry);
                break;
            case EventNames.ToolRequest when Payload(e, ProtocolJson.Default.ToolRequestPayload) is { Decision: "deny" } denied:
                Line($"{_style.Red("✗")} {SafeText.Line(denied.Summary)} {_style.Dim($"(denied: {SafeText.Line(denied.Reason)})")}");
                break;
            case EventNames.ToolExecuting when Payload(e, ProtocolJson.Default.ToolExecutingPayload) is { } started:
                Line($"{_style.Cyan("●")} {SafeText.Line(started.Summary)}");
                break;
            case EventNames.AgentEnded when Payload(e, ProtocolJson.Default.AgentPayload) is { } agent:
                Line(_style.Dim($"  ⎿ agent {SafeText.Line(agent.Name ?? "-")}: {agent.Status}, {agent.Steps} steps, {(agent.CostUsd is { } spent ? Money(spent) : "cost unknown")} · session {agent.SessionId}"));
                break;
            case EventNames.ToolComplete when Payload(e, ProtocolJson.Default.ToolCompletePayload) is { Status: not "completed" } ended:
                Line(_style.Dim($"  ⎿ {ended.Status}: {SafeText.Line(FirstLine(ended.Result), 200)}"));
                break;
            case EventNames.TurnStarted when Payload(e, ProtocolJson.Default.TurnStartedPayload) is { IsResumed: true } resumed:
                Line(_style.Dim($"going on with the open turn ({SafeText.Line(resumed.Model)})"));
                break;
            case var name when EventNames.IsTerminal(name):
                EndStep();
                break;
            default:
                break;
        }
    }

    public void Note(string text) => Line(SafeText.Of(text));

    public void MakeRoom()
    {
        if (_isOutMidLine && io.IsOutTerminal)
        {
            io.Out.Write('\n');
            io.Out.Flush();
            _isOutMidLine = false;
        }
        if (_isErrorMidLine)
        {
            io.Error.Write('\n');
            _isErrorMidLine = false;
        }
    }

    public void Finish(RunResult result)
    {
        EndStep();
        MakeRoom();
        if (result.Output is { } output)
        {
            io.Out.Write(output.GetRawText() + "\n");
            io.Out.Flush();
        }
        if (result is { Outcome: not "completed", Message: { } message })
        {
            // Said also when quiet: an exit code alone explains nothing.
            io.Error.WriteLine($"{(result.Outcome == "failed" ? _style.Red("Error:") : _style.Yellow($"{Capital(result.Outcome)}:"))} {SafeText.Of(message)}");
        }
        if (result.TraceId is { } trace && result.Outcome == "failed")
        {
            io.Error.WriteLine(_style.Dim($"trace {SafeText.Line(trace)}"));
        }
        foreach (var denied in result.Denied)
        {
            io.Error.WriteLine($"{_style.Yellow("Denied:")} {SafeText.Line(denied.Summary)} ({SafeText.Line(denied.Reason)}); nobody could be asked.");
            io.Error.WriteLine(denied.Allow is { } rule
                ? $"{_style.Bold("Next:")} add {SafeText.Line(rule)}, or run it in a terminal and answer there"
                : result.UntrustedFolder is { } folder
                    ? $"{_style.Bold("Next:")} pryx trust {ShellQuote.Of(SafeText.Line(folder))} if you trust what the folder brings, or run it in a terminal and answer there"
                    : $"{_style.Bold("Next:")} run it in a terminal and answer there; no rule can allow this");
        }
        if (!isQuiet)
        {
            io.Error.WriteLine(_style.Dim(SummaryOf(result)));
        }
    }

    internal static string SummaryOf(RunResult result)
    {
        var usage = result.Usage;
        var cost = result.CostUsd is { } usd ? Money(usd) : "cost unknown";
        cost += result.EstimatedCostUsd is { } estimated ? $" + about {Money(estimated)} uncounted" : "";
        cost += result.Agents is { } agents ? $" incl. {agents.Count} {(agents.Count == 1 ? "agent" : "agents")} {(agents.CostUsd is { } theirs ? Money(theirs) : "of unknown cost")}" : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{usage.Input:N0} in ({usage.Cached:N0} cached) · {usage.Output:N0} out · {cost} · {result.DurationMs / 1000.0:0.0} s · session {result.SessionId}");
    }

    private static string Money(decimal usd) => usd.ToString(usd is 0 or >= 0.01m ? "$0.00##" : "$0.00####", CultureInfo.InvariantCulture);

    private void ShowItem(Item item)
    {
        switch (item)
        {
            case Reply reply when _shown.Add(reply.Id):
                ShowReply(reply);
                break;
            case ToolCall call when _shown.Add(call.Id):
                _toolStep = Math.Max(_toolStep, call.Step);
                if (_held is not null && call.Step == _step)
                {
                    Release(isAnswer: false);
                }
                break;
            // A retry was shown when it began.
            case Notice { Kind: not "retry" } notice when _shown.Add(notice.Id):
                Line($"{_style.Yellow("!")} {SafeText.Of(notice.Text)}");
                break;
            default:
                break;
        }
    }

    private void ShowDelta(MessageDeltaPayload delta)
    {
        BeginStep(delta.Step);
        _streamed.Append(delta.Text);
        if (_isLive)
        {
            WriteOut(_safe.Next(delta.Text));
        }
    }

    // The stored reply is the truth: deltas may have been dropped on the way.
    private void ShowReply(Reply reply)
    {
        BeginStep(reply.Step);
        if (_isLive)
        {
            var streamed = _streamed.ToString();
            if (reply.Text.StartsWith(streamed, StringComparison.Ordinal))
            {
                WriteOut(_safe.Next(reply.Text[streamed.Length..]) + _safe.End());
            }
            else
            {
                MakeRoom();
                WriteOut(_safe.End() + SafeText.Of(reply.Text));
            }
            _streamed.Clear().Append(reply.Text);
            return;
        }
        _held = reply.Text;
        if (_toolStep == reply.Step)
        {
            Release(isAnswer: false);
        }
    }

    private void ShowThought(string text)
    {
        if (_isOutMidLine && io.IsOutTerminal)
        {
            MakeRoom();
        }
        io.Error.Write(_style.Dim(_safeThinking.Next(text)));
        _isErrorMidLine = true;
    }

    private void ShowRetry(StepRetryingPayload retry)
    {
        var wasShown = _isLive && _streamed.Length > 0;
        _streamed.Clear();
        _safe.End();
        if (wasShown || !isQuiet)
        {
            MakeRoom();
            var again = wasShown ? "the text above does not count; " : "";
            io.Error.WriteLine(_style.Yellow($"↻ {SafeText.Line(retry.Reason)}: {again}asking the model again in {retry.DelayMs / 1000.0:0.#} s (attempt {retry.Attempt + 1})"));
        }
    }

    private void BeginStep(int step)
    {
        if (step == _step)
        {
            return;
        }
        EndStep();
        _step = step;
        _streamed.Clear();
    }

    private void EndStep()
    {
        if (_isLive)
        {
            WriteOut(_safe.End());
        }
        if (_held is not null)
        {
            Release(isAnswer: _step != _toolStep);
        }
        if (_isOutMidLine)
        {
            io.Out.Write('\n');
            io.Out.Flush();
            _isOutMidLine = false;
        }
    }

    private void Release(bool isAnswer)
    {
        var text = _held!;
        _held = null;
        if (isAnswer && !holdsText)
        {
            io.Out.Write(text); // Not made safe: what goes into a pipe or file is the reply as it is.
            _isOutMidLine = text.Length > 0 && text[^1] != '\n';
            io.Out.Flush();
        }
        else if (!isAnswer && text.Length > 0)
        {
            Line(SafeText.Of(text.TrimEnd()));
        }
    }

    private void WriteOut(string text)
    {
        if (text.Length == 0)
        {
            return;
        }
        if (_isErrorMidLine)
        {
            io.Error.Write('\n');
            _isErrorMidLine = false;
        }
        io.Out.Write(text);
        io.Out.Flush();
        _isOutMidLine = text[^1] != '\n';
    }

    private void Line(string text)
    {
        if (!isQuiet)
        {
            MakeRoom();
            io.Error.WriteLine(text);
        }
    }

    private static TPayload? Payload<TPayload>(PryxEvent e, System.Text.Json.Serialization.Metadata.JsonTypeInfo<TPayload> type)
        where TPayload : class => e.Payload?.Deserialize(type);

    private static string FirstLine(string text) => text.AsSpan().TrimStart().IndexOf('\n') is >= 0 and var end ? text.TrimStart()[..end] : text;

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
