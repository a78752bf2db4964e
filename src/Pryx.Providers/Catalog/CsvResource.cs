using System.Text;

namespace Pryx.Providers.Catalog;

/// <summary>An embedded table of plain fields (no quotes, no commas inside), searched as text: loading it costs less than building an index.</summary>
internal sealed class CsvResource(string name)
{
    private readonly Lazy<string> _text = new(() => Load(name));

    /// <summary>The fields of the first line that begins with the text, ignoring case; null when there is none.</summary>
    public string[]? Find(string start)
    {
        var text = _text.Value;
        var at = text.IndexOf($"\n{start}", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : Fields(text, at + 1);
    }

    /// <summary>All lines that begin with the text; all lines for an empty one.</summary>
    public IEnumerable<string[]> All(string start = "")
    {
        var text = _text.Value;
        for (var at = text.IndexOf($"\n{start}", StringComparison.OrdinalIgnoreCase); at >= 0 && at + 1 < text.Length;
            at = text.IndexOf($"\n{start}", at + 1, StringComparison.OrdinalIgnoreCase))
            yield return Fields(text, at + 1);
    }

    private static string[] Fields(string text, int begin)
    {
        var end = text.IndexOf('\n', begin);
        return text[begin..(end < 0 ? text.Length : end)].Split(',');
    }

    private static string Load(string name)
    {
        using var stream = typeof(CsvResource).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
