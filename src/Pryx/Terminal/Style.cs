namespace Pryx.Terminal;

/// <summary>Colours, or none: pipes, NO_COLOR and dumb terminals get plain text.</summary>
internal sealed record Style(bool HasColor)
{
    public static Style Plain { get; } = new(false);

    public string Dim(string text) => With("2", text);
    public string Bold(string text) => With("1", text);
    public string Red(string text) => With("31", text);
    public string Green(string text) => With("32", text);
    public string Yellow(string text) => With("33", text);
    public string Cyan(string text) => With("36", text);

    private string With(string code, string text) => HasColor && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
