using System.Text;
using System.Text.Json;
using Pryx.Agent.Secrets;
using Pryx.Core.Secrets.Detection;
using Pryx.Protocol;

namespace Pryx.Core.Secrets.Masking;

/// <summary>The secrets that were seen in one session, and what stands for them. In memory; saved only encrypted.</summary>
/// <param name="own">Values that Pryx knows without having seen them here.</param>
internal sealed class SessionSecrets(SessionId session, KnownSecrets own, Func<SessionSecrets, CancellationToken, Task> saveAsync) : ISecretMask
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _placeholders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly KnownSecrets _seen = new();
    private readonly List<string> _unsaved = [];

    public SessionId Session => session;

    /// <summary>Up to where the stored ones were read.</summary>
    internal long LastRow { get; set; }

    public string Mask(string text) => new MaskedLines(NewMask).MaskAll(text);

    public IStreamMask OpenStream() => new MaskedLines(NewMask);

    private LineMask NewMask()
    {
        own.Current(isWhole: true);
        _seen.Current(isWhole: true);
        return new(this);
    }

    public string Reveal(string text) => Reveal(text, null, null);

    public RevealedArguments Reveal(JsonElement arguments)
    {
        var raw = arguments.GetRawText();
        if (!Placeholder.MayContain(raw) && !raw.Contains("\\u00ab", StringComparison.OrdinalIgnoreCase))
        {
            return RevealedArguments.Same(arguments);
        }
        var (used, unknown) = (new List<string>(), new List<string>());
        var revealed = JsonText.Map(arguments, text => Reveal(text, used, unknown));
        return used.Count == 0 && unknown.Count == 0 ? RevealedArguments.Same(arguments) : new(revealed, used, unknown);
    }

    public Task SaveAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_unsaved.Count == 0)
            {
                return Task.CompletedTask;
            }
        }
        return saveAsync(this, cancellationToken);
    }

    public string PlaceholderOf(string value, string kind, bool isDistinct)
    {
        lock (_gate)
        {
            if (_placeholders.TryGetValue(value, out var known))
            {
                return known;
            }
            var placeholder = Placeholder.New(kind);
            while (!_values.TryAdd(placeholder, value))
            {
                placeholder = Placeholder.New(kind);
            }
            _placeholders[value] = placeholder;
            _unsaved.Add(placeholder);
            if (isDistinct)
            {
                _seen.Add(value, kind);
            }
            return placeholder;
        }
    }

    public void FindKnown(ReadOnlySpan<char> line, List<SecretSpan> found)
    {
        Find(own, line, found);
        Find(_seen, line, found);
    }

    /// <summary>What is to be saved, with its values; it is taken.</summary>
    internal IReadOnlyList<(string Placeholder, string Value)> TakeUnsaved()
    {
        lock (_gate)
        {
            (string, string)[] taken = [.. _unsaved.Select(placeholder => (placeholder, _values[placeholder]))];
            _unsaved.Clear();
            return taken;
        }
    }

    /// <summary>Back from the store.</summary>
    internal void Restore(string placeholder, string value)
    {
        lock (_gate)
        {
            _values.TryAdd(placeholder, value);
            _placeholders.TryAdd(value, placeholder);
            if (SecretLook.IsDistinct(value))
            {
                _seen.Add(value, Placeholder.KindOf(placeholder));
            }
        }
    }

    internal bool IsSaved
    {
        get
        {
            lock (_gate)
            {
                return _unsaved.Count == 0;
            }
        }
    }

    private static void Find(KnownSecrets known, ReadOnlySpan<char> line, List<SecretSpan> found)
    {
        var snapshot = known.Current();
        for (var (at, length) = snapshot.Next(line, 0); length > 0; (at, length) = snapshot.Next(line, at + length))
        {
            found.Add(new(at, length, known.KindOf(line.Slice(at, length).ToString()) ?? "secret", true));
        }
    }

    private string Reveal(string text, List<string>? used, List<string>? unknown)
    {
        if (!Placeholder.MayContain(text))
        {
            return text;
        }
        var output = new StringBuilder();
        var at = 0;
        lock (_gate)
        {
            for (var (start, length) = Placeholder.Next(text, 0); length > 0; (start, length) = Placeholder.Next(text, start + length))
            {
                var placeholder = text.Substring(start, length);
                var isKnown = _values.TryGetValue(placeholder, out var value);
                var list = isKnown ? used : unknown;
                if (list is not null && !list.Contains(placeholder))
                {
                    list.Add(placeholder);
                }
                output.Append(text, at, start - at).Append(isKnown ? value : placeholder);
                at = start + length;
            }
        }
        return output.Append(text, at, text.Length - at).ToString();
    }
}
