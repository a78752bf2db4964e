using System.Text;

namespace Pryx.Agent.Shell.Syntax;

/// <summary>A here-document between its operator and its text.</summary>
/// <param name="isLiteral">Its delimiter is quoted: nothing in the text is expanded.</param>
/// <param name="stripsTabs"><c>&lt;&lt;-</c></param>
internal sealed class HereDocument(string delimiter, bool isLiteral, bool stripsTabs)
{
    /// <summary>Null until it was read.</summary>
    public ShellWord? Body { get; private set; }

    /// <summary>From the start of a line to the line that is the delimiter.</summary>
    public void ReadBody(ScriptReader reader)
    {
        var body = new StringBuilder();
        var isContinued = false;
        while (!reader.IsStopped)
        {
            if (reader.IsAtEnd)
            {
                reader.Stop("has a here-document without its end");
                return;
            }
            var end = reader.Text.IndexOf('\n', reader.At);
            end = end < 0 ? reader.Text.Length : end;
            var line = reader.Text.AsSpan(reader.At, end - reader.At);
            reader.At = Math.Min(end + 1, reader.Text.Length);
            if (stripsTabs)
            {
                line = line.TrimStart('\t');
            }
            if (line.SequenceEqual(delimiter))
            {
                if (isContinued)
                {
                    reader.Stop("continues a line of a here-document into its end");
                }
                break;
            }
            isContinued = !isLiteral && (line.Length - line.TrimEnd('\\').Length) % 2 == 1;
            if (isContinued && delimiter.AsSpan().StartsWith(line[..^1].TrimStart('\t')))
            {
                reader.Stop("continues a line of a here-document that could become its end");
            }
            body.Append(line).Append('\n');
        }
        Body = isLiteral ? new ShellWord("", body.ToString(), WordTraits.Quoted, "") : WordReader.ReadHereText(body.ToString(), reader.State);
    }
}
