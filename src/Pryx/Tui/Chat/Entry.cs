using Pryx.Protocol;
using Pryx.Tui.Text;

namespace Pryx.Tui.Chat;

/// <summary>One thing in the transcript, as a person tells them apart. Changed on the screen's thread only.</summary>
internal abstract class Entry
{
    public TurnId? Turn { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Rises with every change, so that a layout knows whether it still holds.</summary>
    public int Revision { get; private set; }

    /// <summary>Null until a person has said so: then each kind decides by itself.</summary>
    public bool? IsExpanded { get; private set; }

    /// <summary>What "copy" copies.</summary>
    public abstract string Source { get; }

    public void Expand(bool isExpanded)
    {
        IsExpanded = isExpanded;
        Touch();
    }

    protected void Touch() => Revision++;

    protected void Set<T>(ref T field, T value)
    {
        if (!EqualityComparer<T>.Default.Equals(field, value))
        {
            field = value;
            Touch();
        }
    }
}

/// <summary>What a person said, here or on another surface.</summary>
internal sealed class UserEntry(string text) : Entry
{
    private Delivered _state;

    public override string Source => text;
    public string Text => text;
    public IReadOnlyList<string> Attachments { get; init; } = [];
    public Delivered State { get => _state; set => Set(ref _state, value); }
}

/// <summary>How far a message has come.</summary>
internal enum Delivered
{
    /// <summary>In the history.</summary>
    Taken,

    /// <summary>On its way to Core.</summary>
    Sending,

    /// <summary>The running turn takes it with its next step.</summary>
    Steering,

    /// <summary>Waits for the running turn's end.</summary>
    Queued,

    /// <summary>Core did not take it.</summary>
    Refused,
}

/// <summary>The model's text of a step.</summary>
internal sealed class ReplyEntry : Entry
{
    private readonly System.Text.StringBuilder _text = new();
    private bool _isStreaming;
    private bool _isPartial;

    public override string Source => _text.ToString();
    public MarkdownParts Markdown { get; private set; } = new();
    public int Step { get; init; }
    public bool IsStreaming { get => _isStreaming; set => Set(ref _isStreaming, value); }

    /// <summary>STOP or a limit ended it before the model was done.</summary>
    public bool IsPartial { get => _isPartial; set => Set(ref _isPartial, value); }

    public void Append(string text)
    {
        _text.Append(text);
        Markdown.Append(text);
        Touch();
    }

    /// <summary>The stored text is the truth: deltas may have been dropped on the way.</summary>
    public void Settle(string text)
    {
        IsStreaming = false;
        if (text.Length >= _text.Length && text.StartsWith(_text.ToString(), StringComparison.Ordinal))
        {
            if (text.Length > _text.Length)
            {
                Append(text[_text.Length..]);
            }
            return;
        }
        _text.Clear().Append(text);
        Markdown = new MarkdownParts(text);
        Touch();
    }
}

/// <summary>What the model thought before it answered; one line until somebody opens it.</summary>
internal sealed class ReasoningEntry : Entry
{
    private readonly System.Text.StringBuilder _text = new();
    private TimeSpan? _duration;

    public override string Source => _text.ToString();
    public int Step { get; init; }
    public bool IsStreaming => _duration is null;
    public TimeSpan? Duration { get => _duration; set => Set(ref _duration, value); }
    public long? Tokens { get; set; }

    public void Append(string text)
    {
        _text.Append(text);
        Touch();
    }

    public void Settle(string text)
    {
        _text.Clear().Append(text);
        Touch();
    }
}

/// <summary>Something that is not the model's word: a notice, a summary of the context, the end of a turn.</summary>
internal sealed class NoticeEntry(NoticeTone tone, string text) : Entry
{
    public override string Source => Detail is null ? text : $"{text}\n{Detail}";
    public NoticeTone Tone => tone;
    public string Text => text;

    /// <summary>Shown when it is opened; null for nothing more.</summary>
    public string? Detail { get; init; }
}

internal enum NoticeTone
{
    /// <summary>Told by the way.</summary>
    Quiet,
    Info,
    Warning,
}

/// <summary>What went wrong, why, and what to do next.</summary>
internal sealed class ErrorEntry(string message) : Entry
{
    public override string Source => string.Join('\n', new[] { message, Next, TraceId }.Where(static part => part is not null));
    public string Message => message;
    public string? Code { get; init; }
    public string? Next { get; init; }
    public string? TraceId { get; init; }
}
