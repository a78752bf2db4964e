using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;

namespace Pryx.Providers.Http;

/// <summary>
/// Gives every tool call of a reply an id that is unique in the conversation. Some servers send none,
/// some send the same for parallel calls, some begin again with <c>call_0</c> at every reply.
/// </summary>
internal sealed class CallIds
{
    private static readonly SearchValues<char> Portable =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    public CallIds(IEnumerable<ChatMessage> history)
    {
        foreach (var message in history)
            foreach (var content in message.Contents)
                if (content is FunctionCallContent call)
                    _taken.Add(call.CallId);
    }

    public string Take(string? offered)
    {
        var id = string.IsNullOrWhiteSpace(offered) ? New() : offered;
        while (!_taken.Add(id))
            id = New();
        return id;
    }

    /// <summary>An id made by another provider, in a form this one accepts; the same id always gives the same.</summary>
    /// <param name="length">The longest the provider takes.</param>
    public static string Fit(string id, int length) =>
        id.Length > 0 && id.Length <= length && !id.AsSpan().ContainsAnyExcept(Portable) ? id : $"call_{Hash(id)[..24]}";

    /// <summary>Mistral takes exactly nine letters and digits.</summary>
    public static string FitNine(string id) =>
        id.Length == 9 && id.All(char.IsAsciiLetterOrDigit) ? id : Hash(id)[..9];

    /// <summary>The name of a call in the history, as every provider accepts it: a model may have made one up with a dot or a space.</summary>
    public static string FitName(string name) =>
        name.Length is > 0 and <= 64 && !name.AsSpan().ContainsAnyExcept(Portable) ? name
        : name.Length == 0 ? "unknown"
        : string.Concat(name.Take(64).Select(letter => Portable.Contains(letter) ? letter : '_'));

    private static string New() => $"call_{Guid.NewGuid():N}"[..29];

    private static string Hash(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
}
