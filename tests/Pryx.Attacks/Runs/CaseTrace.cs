using System.Text;

namespace Pryx.Attacks.Runs;

/// <summary>What came to pass in one run, apart from what lies on the disk.</summary>
internal sealed class CaseTrace
{
    private readonly StringBuilder _log = new();
    private readonly List<string> _cards = [];

    /// <summary>All the text that went to a model.</summary>
    public string Seen { get; set; } = "";

    /// <summary>What the model said to the user at the end.</summary>
    public string Answer { get; set; } = "";

    /// <summary>Requests that a provider had to answer.</summary>
    public int Requests { get; set; }
    public string Ended { get; set; } = "";
    public bool TookFolder { get; set; }
    public IReadOnlyList<string> Cards { get { lock (_cards) { return [.. _cards]; } } }
    public string Log { get { lock (_log) { return _log.ToString(); } } }

    public void AddCard(string card)
    {
        lock (_cards)
        {
            _cards.Add(card);
        }
    }

    public void Note(string line)
    {
        lock (_log)
        {
            _log.Append(line.Length > 4000 ? line[..4000] + "…" : line).Append('\n');
        }
    }
}
