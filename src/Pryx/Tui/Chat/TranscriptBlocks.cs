using Pryx.Tui.Rendering;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Chat;

/// <summary>A transcript as blocks that are laid out one by one: each entry is one, a reply as many as it has parts.</summary>
internal sealed class TranscriptBlocks(Transcript transcript, EntryText text) : IBlocks
{
    private readonly List<EntryBlock> _blocks = [];
    private readonly Dictionary<Entry, List<EntryBlock>> _byEntry = [];
    private int _revision = -1;
    private int _entries;

    public int Count => _blocks.Count;

    public IBlock this[int index] => _blocks[index];

    public Entry EntryAt(int index) => _blocks[index].Entry;

    public int IndexOf(Entry entry) => _blocks.FindIndex(block => block.Entry == entry);

    /// <summary>Before each frame: what has come, gone and grown.</summary>
    public void Refresh()
    {
        if (_revision != transcript.Revision)
        {
            Rebuild();
        }
        // A reply that streams gets parts without an entry coming.
        if (transcript.Entries.LastOrDefault(static entry => entry is ReplyEntry) is ReplyEntry reply && _byEntry.TryGetValue(reply, out var parts) && parts.Count != Math.Max(1, reply.Markdown.Parts.Count))
        {
            Rebuild();
        }
    }

    private void Rebuild()
    {
        var entries = transcript.Entries;
        // The ordinary case: something was added at the end.
        if (entries.Count < _entries || _entries == 0 || _blocks.Count == 0 || _blocks[^1].Entry != entries[_entries - 1] || _blocks[0].Entry != entries[0] || _blocks[^1].Entry is ReplyEntry)
        {
            _blocks.Clear();
            _entries = 0;
        }
        for (; _entries < entries.Count; _entries++)
        {
            _blocks.AddRange(Of(entries[_entries], _entries > 0 ? entries[_entries - 1] : null));
        }
        if (_byEntry.Count > entries.Count * 2)
        {
            var kept = entries.ToHashSet();
            foreach (var gone in _byEntry.Keys.Where(entry => !kept.Contains(entry)).ToList())
            {
                _byEntry.Remove(gone);
            }
        }
        _revision = transcript.Revision;
    }

    private List<EntryBlock> Of(Entry entry, Entry? before)
    {
        if (!_byEntry.TryGetValue(entry, out var blocks))
        {
            _byEntry[entry] = blocks = [];
        }
        var wanted = entry is ReplyEntry reply ? Math.Max(1, reply.Markdown.Parts.Count) : 1;
        if (blocks.Count > wanted)
        {
            blocks.Clear();
        }
        while (blocks.Count < wanted)
        {
            blocks.Add(new EntryBlock(entry, blocks.Count, text));
        }
        blocks[0].StandsApart = before is not null && !(entry is ToolEntry && before is ToolEntry) && !(entry is NoticeEntry { Tone: NoticeTone.Quiet } && before is NoticeEntry);
        return blocks;
    }
}

/// <summary>One entry, or one part of a reply.</summary>
internal sealed class EntryBlock(Entry entry, int part, EntryText text) : IBlock
{
    private const int Steps = 1 << 20;
    private int _tick;

    public Entry Entry => entry;

    /// <summary>A blank line comes before it.</summary>
    public bool StandsApart { get; set; }

    // What runs shows its time: it is laid out anew with every look.
    public int Version => HashCode.Combine(entry is ReplyEntry ? 0 : entry.Revision, PartVersion, StandsApart, text.Revision, entry is ToolEntry { Stage: ToolStage.Running } or ReasoningEntry { IsStreaming: true } ? ++_tick % Steps : 0);

    private int PartVersion => entry is ReplyEntry reply && part < reply.Markdown.Parts.Count ? reply.Markdown.Parts[part].Version : 0;

    public IReadOnlyList<StyledLine> Lines(int width)
    {
        var lines = text.Lines(entry, part, width);
        return StandsApart || (part > 0 && entry is ReplyEntry reply && part < reply.Markdown.Parts.Count && !reply.Markdown.Parts[part].IsContinued) ? [StyledLine.Empty, .. lines] : lines;
    }
}
