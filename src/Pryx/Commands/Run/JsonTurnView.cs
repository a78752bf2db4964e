using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Terminal;

namespace Pryx.Commands.Run;

/// <summary>One event a line as the protocol writes it, progress included, and the result as the last line.</summary>
internal sealed class JsonTurnView(CommandIo io, bool isQuiet) : ITurnView
{
    public void Show(PryxEvent e) => Write(JsonSerializer.Serialize(e, ProtocolJson.Default.PryxEvent));

    public void Note(string text)
    {
        if (!isQuiet)
        {
            io.Error.WriteLine(SafeText.Of(text));
        }
    }

    public void MakeRoom()
    {
    }

    public void Finish(RunResult result) => Write(JsonSerializer.Serialize(result, RunJson.Default.RunResult));

    private void Write(string line)
    {
        io.Out.Write(line + "\n");
        io.Out.Flush();
    }
}
