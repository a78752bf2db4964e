using Pryx.Protocol.Models;

namespace Pryx.Providers.Catalog;

/// <summary>A name as words and numbers, in which <c>gpt5 mini</c> and <c>GPT-5-mini</c>, <c>sonnet 4.5</c> and <c>claude-sonnet-4-5-20250929</c> meet.</summary>
internal sealed class ModelWords
{
    private readonly string _text;
    private readonly List<string> _words;

    private ModelWords(string text, List<string> words) => (_text, _words) = (text, words);

    public int Count => _words.Count;
    public bool HasVersion => _words.Any(static word => char.IsAsciiDigit(word[0]));

    public static ModelWords Of(string name)
    {
        var words = new List<string>();
        var text = ModelNames.Undated(name);
        // openai/gpt-5 behind a reseller is gpt-5.
        text = text[(text.LastIndexOf('/') + 1)..];
        for (var i = 0; i < text.Length;)
        {
            var isDigit = char.IsAsciiDigit(text[i]);
            var end = i;
            while (end < text.Length && char.IsLetterOrDigit(text[end]) && char.IsAsciiDigit(text[end]) == isDigit)
            {
                end++;
            }
            if (end > i)
            {
                words.Add(text[i..end].ToLowerInvariant());
            }
            i = Math.Max(end, i + 1);
        }
        // 4.0 is 4, as in claude-sonnet-4-0.
        if (words is [.., var major, "0"] && char.IsAsciiDigit(major[0]))
        {
            words.RemoveAt(words.Count - 1);
        }
        return new(name, words);
    }

    public bool IsExact(ModelInfo model) => SameAs(Of(model.Ref.Model)) || (model.DisplayName is { } name && SameAs(Of(name)));

    /// <summary>The one model that the words mean, several where they could mean any of them, none where they mean none.</summary>
    public IReadOnlyList<ModelInfo> BestOf(IEnumerable<ModelInfo> models)
    {
        // One letter is a slip, not a name.
        if (_words.Count == 0 || _text.Length < 2)
        {
            return [];
        }
        var known = models.ToList();
        if (known.FirstOrDefault(IsCalledSo) is { } called)
        {
            return [called];
        }
        var all = known.Select(model => (Model: model, Words: Of(model.Ref.Model), Named: model.DisplayName is { } name ? Of(name.Replace("(latest)", "", StringComparison.OrdinalIgnoreCase)) : null))
            .Where(entry => Fits(entry.Words) || (entry.Named is not null && Fits(entry.Named))).ToList();
        if (all.Count == 0)
        {
            return [];
        }
        if (all.Where(entry => SameAs(entry.Words) || (entry.Named is { } named && SameAs(named))).ToList() is { Count: > 0 } exact)
        {
            all = exact;
        }
        var current = all.Where(entry => entry.Model.Status != "deprecated").ToList();
        // Of one family, the newest; a family is what its models are called without their versions.
        var lines = (current.Count > 0 ? current : all).GroupBy(entry => HasVersion ? string.Join(' ', entry.Words._words) : entry.Words.Line(), StringComparer.Ordinal)
            .Select(line => (Model: Newest(line.Select(entry => entry.Model)), Extra: line.Min(entry => Math.Min(entry.Words.Count, entry.Named?.Count ?? int.MaxValue)) - Count, Words: line.Min(entry => entry.Words.LineLength)))
            .ToList();
        var least = HasVersion ? lines.Min(line => line.Extra) : lines.Min(line => line.Words);
        var best = lines.Where(line => (HasVersion ? line.Extra : line.Words) == least).Select(line => line.Model).ToList();
        return best.Count == 1 ? best : [.. lines.OrderBy(line => HasVersion ? line.Extra : line.Words).ThenByDescending(line => line.Model.Released).Select(line => line.Model)];
    }

    /// <summary>Those whose names differ by a few letters.</summary>
    public IEnumerable<ModelInfo> Near(IEnumerable<ModelInfo> models, string? whole)
    {
        var text = whole ?? string.Join('-', _words);
        var limit = Math.Max(1, text.Length / 4);
        return models.Select(model => (model, Distance: Distance(text, whole is null ? string.Join('-', Of(model.Ref.Model)._words) : model.Ref.Model.ToLowerInvariant(), limit)))
            .Where(entry => entry.Distance <= limit).OrderBy(entry => entry.Distance).Take(3).Select(entry => entry.model);
    }

    /// <summary>Edits between two texts; more than the limit is only said to be more.</summary>
    internal static int Distance(string one, string two, int limit)
    {
        if (Math.Abs(one.Length - two.Length) > limit)
        {
            return limit + 1;
        }
        var row = new int[two.Length + 1];
        for (var j = 0; j < row.Length; j++)
        {
            row[j] = j;
        }
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= two.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (one[i - 1] == two[j - 1] ? 0 : 1)));
            }
        }
        return row[^1];
    }

    // Behind a reseller with the maker before it.
    private bool IsCalledSo(ModelInfo model) => model.Ref.Model.EndsWith(_text, StringComparison.OrdinalIgnoreCase)
        && (model.Ref.Model.Length == _text.Length || model.Ref.Model[^(_text.Length + 1)] == '/');

    private bool SameAs(ModelWords other) => _words.SequenceEqual(other._words);

    private int LineLength => _words.Count(static word => !char.IsAsciiDigit(word[0]));

    private string Line() => string.Join(' ', _words.Where(static word => !char.IsAsciiDigit(word[0])));

    // Ours follow each other in the other, and a number is not the beginning of a longer version: 4 is not 4.5.
    private bool Fits(ModelWords other)
    {
        for (var at = 0; at + Count <= other.Count; at++)
        {
            if (other._words.Skip(at).Take(Count).SequenceEqual(_words)
                && !(char.IsAsciiDigit(_words[^1][0]) && at + Count < other.Count && char.IsAsciiDigit(other._words[at + Count][0]) && other._words[at + Count].Length < 4))
            {
                return true;
            }
        }
        return false;
    }

    // A name without a date stands for the newest of its dates.
    private ModelInfo Newest(IEnumerable<ModelInfo> models) => models
        .OrderBy(model => HasVersion && ModelNames.Undated(model.Ref.Model).Length < model.Ref.Model.Length).ThenByDescending(model => model.Released ?? DateOnly.MinValue).ThenBy(model => model.Status is null ? 0 : 1).ThenBy(model => model.Ref.Model.Length).ThenBy(model => model.Ref.Model, StringComparer.Ordinal).First();
}
