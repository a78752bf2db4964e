namespace Pryx.Terminal;

/// <summary>Makes streamed text safe piece by piece: what a cut between two pieces has torn (a surrogate pair, CR LF) waits for its other half.</summary>
internal sealed class SafeStream
{
    private string _held = "";

    public string Next(string piece)
    {
        var text = _held + piece;
        _held = text.Length > 0 && (char.IsHighSurrogate(text[^1]) || text[^1] == '\r') ? text[^1..] : "";
        return SafeText.Of(text[..^_held.Length]);
    }

    public string End()
    {
        var rest = SafeText.Of(_held);
        _held = "";
        return rest;
    }
}
