using System.Text;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Catalog;

/// <summary>
/// Models by provider as one text, searched and never parsed as a whole: a line for each provider, and below it, each behind a tab, a line
/// for each of its models, in order. Looking one up among 5,000 costs less than building an index of them.
/// </summary>
public sealed class CatalogTable
{
    private static readonly Lazy<CatalogTable> Resource = new(LoadResource);
    private readonly byte[] _text;
    private readonly int _start;

    private CatalogTable(CatalogStamp stamp, byte[] text, int start) => (Stamp, _text, _start) = (stamp, text, start);

    /// <summary>What Pryx brings: eng/catalog makes it.</summary>
    public static CatalogTable Bundled => Resource.Value;

    public CatalogStamp Stamp { get; }

    /// <summary>Null when it is no table, or only a part of one.</summary>
    public static CatalogTable? Open(byte[] text)
    {
        var end = text.AsSpan(0, Math.Min(text.Length, 4096)).IndexOf((byte)'\n');
        return end > 0 && CatalogStamp.Read(Encoding.UTF8.GetString(text, 0, end).TrimEnd('\r')) is { } head && (head.Length == 0 || head.Length == text.Length - end - 1)
            ? new(head.Stamp, text, end)
            : null;
    }

    /// <summary>The bytes of a table with another stamp.</summary>
    public byte[] With(CatalogStamp stamp) => [.. Encoding.UTF8.GetBytes(stamp.Write(_text.Length - _start - 1)), .. _text.AsSpan(_start)];

    public IEnumerable<CatalogProvider> Providers
    {
        get
        {
            for (var at = _start + 1; at < _text.Length; at = Next(at))
            {
                if (_text[at] != '\t')
                {
                    yield return CatalogProvider.Read(Line(at));
                }
            }
        }
    }

    public CatalogProvider? FindProvider(string id) => Section(id) is >= 0 and var at ? CatalogProvider.Read(Line(at)) : null;

    /// <summary>The model of exactly this name, ignoring case; null when there is none.</summary>
    /// <param name="provider">As the table calls it.</param>
    /// <param name="shown">What the answer is called.</param>
    public ModelInfo? Find(string provider, string model, ModelRef shown)
    {
        Span<byte> wanted = stackalloc byte[CatalogLimits.Id * 2];
        if (model.Length > CatalogLimits.Id || !Encoding.UTF8.TryGetBytes(model, wanted, out var length))
        {
            return null;
        }
        foreach (var at in Lines(provider))
        {
            var name = _text.AsSpan(at + 1);
            if (name.Length >= length && Ascii.EqualsIgnoreCase(name[..length], wanted[..length]) && (name.Length == length || name[length] is (byte)'\t' or (byte)'\n' or (byte)'\r'))
            {
                return ModelRow.Read(Line(at + 1), shown);
            }
        }
        return null;
    }

    /// <summary>The newest whose name is this one apart from its date; null when there is none.</summary>
    /// <param name="undated">Without a date.</param>
    public ModelInfo? FindDated(string provider, string undated, ModelRef shown)
    {
        ModelInfo? newest = null;
        foreach (var at in Lines(provider))
        {
            var name = _text.AsSpan(at + 1);
            if (name.Length > undated.Length && StartsWith(name, undated) && Line(at + 1) is var line && ModelNames.Undated(line[..End(line)]).Equals(undated, StringComparison.OrdinalIgnoreCase))
            {
                newest = ModelRow.Read(line, shown); // They are sorted.
            }
        }
        return newest;
    }

    /// <summary>All models of a provider, deprecated ones too.</summary>
    /// <param name="shownAs">What the answers' provider is called.</param>
    public IEnumerable<ModelInfo> Of(string provider, string shownAs)
    {
        foreach (var at in Lines(provider))
        {
            var line = Line(at + 1);
            yield return ModelRow.Read(line, new(shownAs, line[..End(line)]));
        }
    }

    private IEnumerable<int> Lines(string provider)
    {
        var section = Section(provider);
        if (section < 0)
        {
            yield break;
        }
        for (var at = Next(section); at < _text.Length && _text[at] == '\t'; at = Next(at))
        {
            yield return at;
        }
    }

    private int Section(string id)
    {
        Span<byte> start = stackalloc byte[CatalogLimits.Id * 2 + 2];
        if (id.Length > CatalogLimits.Id || !Encoding.UTF8.TryGetBytes($"\n{id.ToLowerInvariant()}\t", start, out var length))
        {
            return -1;
        }
        var found = _text.AsSpan(_start).IndexOf(start[..length]);
        return found < 0 ? -1 : _start + found + 1;
    }

    private int Next(int at) => _text.AsSpan(at).IndexOf((byte)'\n') is >= 0 and var end ? at + end + 1 : _text.Length;

    private string Line(int at) => Encoding.UTF8.GetString(_text, at, Next(at) - at).TrimEnd('\n', '\r');

    private static int End(string line) => line.IndexOf('\t', StringComparison.Ordinal) is >= 0 and var tab ? tab : line.Length;

    private static bool StartsWith(ReadOnlySpan<byte> text, string start)
    {
        for (var i = 0; i < start.Length; i++)
        {
            if (start[i] > 0x7F || (text[i] | 0x20) != (start[i] | 0x20))
            {
                return false;
            }
        }
        return true;
    }

    private static CatalogTable LoadResource()
    {
        using var stream = typeof(CatalogTable).Assembly.GetManifestResourceStream("models.tsv") ?? throw new InvalidOperationException("models.tsv is not embedded.");
        var text = new byte[stream.Length];
        stream.ReadExactly(text);
        return Open(text) ?? throw new InvalidOperationException("models.tsv is no catalog: make it again with eng/catalog.");
    }
}
