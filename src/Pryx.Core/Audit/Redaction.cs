using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pryx.Core.Secrets.Detection;

namespace Pryx.Core.Audit;

/// <summary>
/// Takes secrets out of what is logged and of what a surface is shown. What a secret is, <see cref="SecretDetector"/> says, here with more zeal than
/// for a model: a word too many does no harm. Ids, hashes and plain hexadecimal stay readable, or the log is of no use; placeholders stay too.
/// </summary>
public static partial class Redaction
{
    private const string Mark = "[REDACTED]";

    /// <summary>The text without secrets.</summary>
    public static string OfText(string text)
    {
        if (text.Contains("-----BEGIN ", StringComparison.Ordinal))
        {
            text = PrivateKey().Replace(text, Mark);
        }
        StringBuilder? output = null;
        List<SecretSpan>? found = null;
        var kept = 0;
        for (var at = 0; at < text.Length;)
        {
            var line = text.AsSpan(at);
            var end = line.IndexOf('\n');
            line = end < 0 ? line : line[..end];
            (found ??= []).Clear();
            SecretDetector.Find(line, isEager: true, found);
            foreach (var secret in found)
            {
                output ??= new StringBuilder(text.Length);
                output.Append(text, kept, at + secret.Start - kept).Append(Mark);
                kept = at + secret.End;
            }
            at += line.Length + 1;
        }
        return output?.Append(text, kept, text.Length - kept).ToString() ?? text;
    }

    /// <summary>JSON without secrets: whole values of keys that name one, and whatever <see cref="OfText"/> finds in the others. What is no JSON is taken as text.</summary>
    public static string OfJson(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var buffer = new ArrayBufferWriter<byte>(json.Length + 64);
            using (var writer = new Utf8JsonWriter(buffer))
            {
                Write(writer, document.RootElement);
            }
            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
        catch (JsonException)
        {
            return OfText(json);
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number && SecretKey().IsMatch(property.Name) && !IsPlaceholder(property.Value))
                    {
                        writer.WriteStringValue(Mark);
                    }
                    else
                    {
                        Write(writer, property.Value);
                    }
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var entry in element.EnumerateArray())
                {
                    Write(writer, entry);
                }
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(OfText(element.GetString()!));
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private static bool IsPlaceholder(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { } text && Secrets.Placeholder.Next(text, 0) is { Start: 0, Length: > 0 and var length } && length == text.Length;

    // Always begins with these letters and is looked for from there only: linear.
    [GeneratedRegex(@"-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----|\z)")]
    private static partial Regex PrivateKey();

    [GeneratedRegex(@"^(?:.*[_\-. ])?(?:password|passwd|pwd|passphrase|secret|api[_-]?key|apikey|access[_-]?key|private[_-]?key|client[_-]?secret|credentials?|authorization|cookie|set-cookie|token)$|(?:Password|Secret|ApiKey|AccessToken|RefreshToken|AuthToken|PrivateKey)$", RegexOptions.IgnoreCase)]
    private static partial Regex SecretKey();
}
