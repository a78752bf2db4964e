using Pryx.Protocol.Events;

namespace Pryx.Commands.Run;

/// <summary>Shows a turn while it runs: as text for people, or as lines of JSON.</summary>
internal interface ITurnView
{
    void Show(PryxEvent e);

    /// <summary>A line from the command itself, not from the turn.</summary>
    void Note(string text);

    /// <summary>Leaves the cursor at the start of a line, for a card.</summary>
    void MakeRoom();

    void Finish(RunResult result);
}
