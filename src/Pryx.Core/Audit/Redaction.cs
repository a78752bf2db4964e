using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pryx.Core.Audit;

/// <summary>
/// Takes secrets out of what is logged. It knows the shapes secrets really have and leaves the rest alone:
/// ids, hashes and plain hexadecimal must stay readable, or the log is of no use.
/// </summary>
public static partial class Redaction
{
    private const string Mark = "[REDACTED]";

    /// <summary>The text without secrets of a known shape.</summary>
    public static string OfText(string text)
    {
        text = KnownShapes().Replace(text, Mark);
        text = SchemeAndToken().Replace(text, $"$1{Mark}");
        text = UrlPassword().Replace(text, $"$1{Mark}@");
        return Assignment().Replace(text, $"$1{Mark}");
    }

    /// <summary>JSON without secrets: whole values of keys that name one, and whatever <see cref="OfText"/> finds in the others. What is no JSON is taken as text.</summary>
    public static string OfJson(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                Write(writer, document.RootElement);
            }
            return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
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
                    if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number && SecretKey().IsMatch(property.Name))
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

    // OpenAI, Anthropic and their like; GitHub; GitLab; Slack; Google; AWS; Groq, xAI, Hugging Face; Stripe; npm; our own; a JWT; a private key.
    [GeneratedRegex(
        """
        \bsk-[A-Za-z0-9_-]{16,}|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_[A-Za-z0-9_]{30,}|\bglpat-[A-Za-z0-9_-]{16,}|\bxox[abeprs]-[A-Za-z0-9-]{10,}
        |\bAIza[A-Za-z0-9_-]{35}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\b(?:gsk|hf)_[A-Za-z0-9]{20,}|\bxai-[A-Za-z0-9]{20,}|\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|\bnpm_[A-Za-z0-9]{30,}|\bpryx_[A-Za-z0-9_-]{43}
        |\beyJ[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}
        |-----BEGIN[ ](?:[A-Z]+[ ])*PRIVATE[ ]KEY-----[\s\S]*?(?:-----END[ ](?:[A-Z]+[ ])*PRIVATE[ ]KEY-----|\z)
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex KnownShapes();

    [GeneratedRegex(@"\b((?:Bearer|Basic)\s+)(?!\[REDACTED\])[A-Za-z0-9._~+/=-]{8,}", RegexOptions.IgnoreCase)]
    private static partial Regex SchemeAndToken();

    [GeneratedRegex(@"(\b[a-z][a-z0-9+.-]{0,30}://[^\s/:@""']*:)[^\s/@""']+@", RegexOptions.IgnoreCase)]
    private static partial Regex UrlPassword();

    private const string SecretWord =
        "(?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?token|access[_-]?token|refresh[_-]?token|bearer[_-]?token|_token|--token)";

    // PASSWORD=…, export API_KEY="…", --token …, password: … – but not a reference to a variable, which is no secret. The word is looked
    // for first, what stands before it only then and not far: these texts come from the model, and a long run of dashes must not cost its square.
    [GeneratedRegex(
        "((?=" + SecretWord + @")(?<=(?:^|[\s;&|""'{,?-])[A-Za-z0-9_-]{0,200})" + SecretWord + @"""?(?:\s*[=:]\s*|(?<=--[a-z-]{1,64})\s+)[""']?)(?![$\[<({])[^\s""'&;,|]{4,}",
        RegexOptions.IgnoreCase)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"^(?:.*[_\-. ])?(?:password|passwd|pwd|passphrase|secret|api[_-]?key|apikey|access[_-]?key|private[_-]?key|client[_-]?secret|credentials?|authorization|cookie|set-cookie|token)$|(?:Password|Secret|ApiKey|AccessToken|RefreshToken|AuthToken|PrivateKey)$", RegexOptions.IgnoreCase)]
    private static partial Regex SecretKey();
}
