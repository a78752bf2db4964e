using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Pryx.Core.Processes;

namespace Pryx.Core.Web;

/// <summary>What a model can read of an answer: pages as Markdown, text as text, anything else in a line about it.</summary>
internal static class ResponseText
{
    /// <param name="isWhole">Of a page all of it, not only its main part.</param>
    public static string Read(GuardedResponse response, bool isWhole = true)
    {
        if (response.Body.Length == 0)
        {
            return "(empty)";
        }
        _ = MediaTypeHeaderValue.TryParse(response.Headers.GetValueOrDefault("Content-Type"), out var type);
        var media = type?.MediaType?.ToLowerInvariant();
        var isPage = media is "text/html" or "application/xhtml+xml";
        if (!isPage && !IsText(media, response.Body))
        {
            return string.Create(CultureInfo.InvariantCulture, $"({media ?? "unknown type"}, {response.Body.Length} bytes{(response.IsCut ? " read" : "")}, not text and not shown)");
        }
        var text = CharsetOf(type?.CharSet, response.Body).GetString(response.Body).TrimStart('\uFEFF');
        return WithoutControls(isPage ? PageMarkdown.From(text, response.Url, isWhole) : text);
    }

    private static bool IsText(string? media, byte[] body) =>
        media is null or "application/octet-stream"
            ? !body.Contains((byte)0) && IsUtf8(body)
            : media.StartsWith("text/", StringComparison.Ordinal) || media.EndsWith("+json", StringComparison.Ordinal) || media.EndsWith("+xml", StringComparison.Ordinal)
                || media is "application/json" or "application/xml" or "application/javascript" or "application/x-ndjson" or "application/yaml" or "application/x-yaml" or "application/toml"
                    or "application/x-www-form-urlencoded" or "application/graphql" or "application/sql" or "application/x-sh";

    private static bool IsUtf8(byte[] body)
    {
        // The last character may be cut.
        var whole = body.AsSpan(0, Math.Max(0, body.Length - 3));
        return System.Text.Unicode.Utf8.IsValid(whole) || System.Text.Unicode.Utf8.IsValid(body) || (whole.Length > 3 && (System.Text.Unicode.Utf8.IsValid(whole[..^1]) || System.Text.Unicode.Utf8.IsValid(whole[..^2]) || System.Text.Unicode.Utf8.IsValid(whole[..^3])));
    }

    private static Encoding CharsetOf(string? declared, byte[] body)
    {
        var name = declared?.Trim('"') ?? InPage(body) ?? "utf-8";
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            return Encoding.UTF8; // An unknown name; most of the web is this anyway.
        }
    }

    /// <summary>The name after <c>charset=</c> near the start, where pages put their meta element.</summary>
    private static string? InPage(byte[] body)
    {
        var start = Encoding.Latin1.GetString(body.AsSpan(0, Math.Min(body.Length, 1024)));
        var at = start.IndexOf("charset=", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }
        var name = start[(at + "charset=".Length)..].TrimStart('"', '\'');
        var length = name.TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or ':').Count();
        return length > 0 ? name[..length] : null;
    }

    private static string WithoutControls(string text)
    {
        var plain = new char[text.Length + 1];
        return new string(plain, 0, new PlainText().Strip(text, plain));
    }
}
