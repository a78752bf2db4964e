using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Conversations;

/// <summary>
/// The JSON object of a request, read field by field: everything that is wrong with it is said at once, each with its field's name.
/// </summary>
internal sealed class ConversationBody
{
    private readonly Dictionary<string, JsonElement> _fields;
    private readonly List<ConversationIssue> _issues = [];

    private ConversationBody(Dictionary<string, JsonElement> fields) => _fields = fields;

    public IReadOnlyCollection<string> Names => _fields.Keys;

    /// <exception cref="PryxException">INVALID_CONTENT_TYPE, INVALID_JSON, PAYLOAD_TOO_LARGE; VALIDATION_ERROR: JSON, but no object.</exception>
    public static async Task<ConversationBody> ReadAsync(HttpContext http)
    {
        using var document = await http.ReadDocumentAsync();
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw ConversationErrors.Invalid([new("body", "a JSON object is expected")]);
        }
        try
        {
            var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                fields[property.Name] = property.Value.Clone();
            }
            return new(fields);
        }
        catch (InvalidOperationException e)
        {
            throw NoText(e);
        }
    }

    /// <summary>As the other one; an empty body is an empty object.</summary>
    public static async Task<ConversationBody> ReadOptionalAsync(HttpContext http) =>
        http.Request.ContentLength is null or 0 && !http.Request.Headers.ContainsKey("Transfer-Encoding") ? new([]) : await ReadAsync(http);

    public bool Has(string name) => _fields.ContainsKey(name);

    /// <summary>Whether it is there and not null.</summary>
    public bool HasValue(string name) => _fields.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A string that is not blank; an issue, and "", when it is missing or something else.</summary>
    public string RequiredText(string name)
    {
        if (!_fields.TryGetValue(name, out var value))
        {
            Reject(name, "is required");
            return "";
        }
        if (value.ValueKind != JsonValueKind.String)
        {
            Reject(name, $"a string is expected, not {NameOf(value)}");
            return "";
        }
        var text = TextOf(value);
        if (string.IsNullOrWhiteSpace(text))
        {
            Reject(name, "must not be empty");
        }
        else if (text.Contains('\0', StringComparison.Ordinal))
        {
            Reject(name, "must not hold NUL");
        }
        return text;
    }

    /// <summary>Null when it is absent or null.</summary>
    public string? OptionalText(string name)
    {
        if (!_fields.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        if (value.ValueKind == JsonValueKind.String)
        {
            return TextOf(value);
        }
        Reject(name, $"a string is expected, not {NameOf(value)}");
        return null;
    }

    /// <summary>Null when it is absent or null.</summary>
    public IReadOnlyList<string>? OptionalTexts(string name)
    {
        if (!_fields.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(static element => element.ValueKind == JsonValueKind.String))
        {
            return [.. value.EnumerateArray().Select(TextOf)];
        }
        Reject(name, "an array of strings is expected");
        return null;
    }

    public void Reject(string field, string reason) => _issues.Add(new(field, reason));

    /// <exception cref="PryxException">VALIDATION_ERROR with everything that was found.</exception>
    public void ThrowIfWrong()
    {
        if (_issues.Count > 0)
        {
            throw ConversationErrors.Invalid(_issues);
        }
    }

    private static string TextOf(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw NoText(e);
        }
    }

    // Half a surrogate pair, or bytes that are no UTF-8: the parser finds it only when the text is asked for.
    private static PryxException NoText(Exception e) => new("INVALID_JSON", "The body holds a string that is no valid Unicode text.", inner: e);

    private static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.Number => "a number",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        _ => "a boolean",
    };
}
