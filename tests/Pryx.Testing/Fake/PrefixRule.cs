namespace Pryx.Testing.Fake;

/// <summary>
/// Within a conversation every request repeats the one before byte for byte and only adds to it; otherwise the vendor's cache
/// is lost. A conversation is told by its first user message; one request without any reply in it starts a new one.
/// </summary>
internal sealed class PrefixRule
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<List<string>>> _latest = new(StringComparer.Ordinal);

    /// <summary>Returns the bytes that a cache would have served.</summary>
    public long Accept(RequestReading reading)
    {
        var request = reading.Request;
        var key = $"{request.Wire}\n{request.Model}\n{request.FirstUserText}";
        lock (_gate)
        {
            var conversations = _latest.TryGetValue(key, out var known) ? known : _latest[key] = [];
            // Equal prompts make equal beginnings: the one that is wholly contained is the one that goes on.
            var (before, shared, goesOn) = conversations
                .Select(parts => (parts, Shared: Shared(parts, reading.Prefix)))
                .Select(pair => (pair.parts, pair.Shared, GoesOn: pair.Shared == pair.parts.Count))
                .OrderByDescending(known => known.GoesOn).ThenByDescending(known => known.Shared)
                .FirstOrDefault(([], 0, false));
            if (!goesOn && before.Count > 0 && request.Messages.Any(message => message.Role is "assistant"))
            {
                reading.Fail(Rules.Prefix, Difference(before, reading.Prefix, shared));
                return 0;
            }
            if (goesOn)
            {
                conversations.Remove(before);
            }
            conversations.Add(reading.Prefix);
            return reading.Prefix.Take(shared).Sum(part => (long)part.Length);
        }
    }

    private static int Shared(List<string> before, List<string> now) => before.Zip(now).TakeWhile(pair => pair.First == pair.Second).Count();

    private static string Difference(List<string> before, List<string> now, int at) => at >= now.Count
        ? $"the request before had {before.Count} parts, this one ends after {now.Count}"
        : $"part {at} differs from the request before: was {Around(before[at], now[at])}, is {Around(now[at], before[at])}";

    private static string Around(string text, string other)
    {
        var same = text.Zip(other).TakeWhile(pair => pair.First == pair.Second).Count();
        var from = Math.Max(0, same - 40);
        return "…" + text[from..Math.Min(text.Length, same + 80)] + "…";
    }
}
