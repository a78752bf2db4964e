using System.Text.Json.Nodes;

namespace Pryx.Attacks.Bench;

/// <summary>What an agent does in its shell when it offers no tool of that kind.</summary>
internal static class ShellText
{
    public static string? Of(string step, JsonObject arguments) => step switch
    {
        "read" => $"cat -- {Path(arguments)}",
        "write" => $"mkdir -p -- \"$(dirname -- {Path(arguments)})\" && printf '%s' {Quote(Text(arguments, "content"))} > {Path(arguments)}",
        "edit" when arguments["edits"] is JsonArray and [JsonObject edit, ..] =>
            $"python3 -c 'import sys; p, a, b = sys.argv[1:]; t = open(p).read(); assert a in t; open(p, \"w\").write(t.replace(a, b, 1))' {Path(arguments)} {Quote(Text(edit, "old_string"))} {Quote(Text(edit, "new_string"))}",
        "list" => $"ls -la -- {Path(arguments)}",
        // The file's name is what most patterns are about.
        "glob" => $"find . -name {Quote(Text(arguments, "pattern").Split('/')[^1])}",
        "grep" => $"grep -rnE -- {Quote(Text(arguments, "pattern"))} {Path(arguments)}",
        "fetch" => Fetch(arguments),
        _ => null,
    };

    public static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Fetch(JsonObject arguments)
    {
        var method = arguments["method"] is { } given ? $" -X {Quote(given.ToString())}" : "";
        var body = arguments["body"] is { } sent ? $" --data {Quote(sent is JsonValue ? sent.ToString() : sent.ToJsonString())}" : "";
        var headers = string.Concat((arguments["headers"] as JsonObject ?? []).Select(header => $" -H {Quote($"{header.Key}: {header.Value}")}"));
        return $"curl -sL --max-time 10{method}{headers}{body} {Quote(Text(arguments, "url"))}";
    }

    private static string Path(JsonObject arguments) => Quote(arguments["path"]?.ToString() ?? ".");

    private static string Text(JsonObject arguments, string name) => arguments[name]?.ToString() ?? "";
}
