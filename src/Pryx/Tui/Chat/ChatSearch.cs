using Pryx.Tui.Widgets;

namespace Pryx.Tui.Chat;

/// <summary>Looking through a chat: the entry that is marked, words that are searched, jumps between turns.</summary>
internal sealed class ChatSearch(ChatState state, TranscriptBlocks blocks, ScrollView view)
{
    /// <summary>The arrows mark entries instead of moving in the input.</summary>
    public bool IsBrowsing { get; private set; }

    /// <summary>What is searched; null for nothing.</summary>
    public string? Words => view.Search;

    public Entry? Marked => view.Selected is { } at && at < blocks.Count ? blocks.EntryAt(at) : null;

    public void Browse()
    {
        if (blocks.Count > 0)
        {
            IsBrowsing = true;
            Mark(Math.Max(0, Math.Min(view.LastVisible, blocks.Count - 1)));
        }
    }

    public void Leave()
    {
        (IsBrowsing, view.Selected, view.Search) = (false, null, null);
        view.ToEnd();
    }

    /// <summary>The entry before or after the marked one.</summary>
    public void Move(int by)
    {
        var at = view.Selected ?? blocks.Count - 1;
        var entry = blocks.EntryAt(Math.Clamp(at, 0, blocks.Count - 1));
        // An answer has many parts and is one thing.
        do
        {
            at += by;
        }
        while (at > 0 && at < blocks.Count && blocks.EntryAt(at) == entry);
        Mark(Math.Clamp(at, 0, blocks.Count - 1));
    }

    /// <summary>What a person said, before (−1) or after (1) what is marked or seen.</summary>
    public void JumpTurn(int by)
    {
        for (var at = (view.Selected ?? (by < 0 ? view.FirstVisible : view.FirstVisible)) + by; at >= 0 && at < blocks.Count; at += by)
        {
            if (blocks.EntryAt(at) is UserEntry)
            {
                view.ScrollTo(at);
                if (IsBrowsing)
                {
                    view.Selected = at;
                }
                return;
            }
        }
        if (by > 0)
        {
            view.ToEnd();
        }
    }

    /// <summary>Marks the next place with these words, backwards from the end or from what is marked; false when there is none.</summary>
    public bool Find(string words, int by = -1)
    {
        view.Search = words;
        blocks.Refresh();
        var from = view.Selected ?? blocks.Count;
        for (var at = from + by; at >= 0 && at < blocks.Count; at += by)
        {
            if (blocks.EntryAt(at).Source.Contains(words, StringComparison.OrdinalIgnoreCase))
            {
                IsBrowsing = true;
                Mark(at);
                return true;
            }
        }
        return false;
    }

    /// <summary>Opens or closes what is marked, else the newest thing that can be opened.</summary>
    public void Toggle()
    {
        var entry = IsBrowsing ? Marked : state.Transcript.Entries.LastOrDefault(static one => one is ToolEntry or ReasoningEntry or NoticeEntry { Detail: not null });
        entry?.Expand(entry.IsExpanded != true);
    }

    private void Mark(int at)
    {
        view.Selected = at;
        view.Reveal(at);
    }
}
