using System.Buffers;
using System.Text.Json;
using Pryx.Agent.Tools;
using Pryx.Core.Tools;

namespace Pryx.Core.Browser;

/// <summary>The browser's actions as tools of their own, under the names that MCP clients know.</summary>
public static class BrowserNames
{
    private const string Url = """
        "url":{"type":"string","description":"http or https"}
        """, Target = """
        "target":{"type":"string","description":"The number of an element as the page was read ([3]), or the text on it"}
        """, Hosts = """
        "hosts":{"type":"array","items":{"type":"string"},"description":"Further hosts that the page needs"}
        """, Time = """
        "timeout_ms":{"type":"integer","minimum":1,"maximum":120000}
        """;

    public static IReadOnlyList<ITool> Of(BrowserTool browser) =>
    [
        Named(browser, "navigate", "Opens a page and gives it as text, with its links, fields and buttons numbered.", ["url"], Url, Hosts, Time),
        Named(browser, "read", "Gives the open page as text.", []),
        Named(browser, "click", "Clicks on the open page and gives it as it is then.", ["target"], Target, Hosts, Time),
        Named(browser, "type", "Puts a text into a field in place of what was there; with submit presses Enter.", ["target", "text"], Target, """
            "text":{"type":"string"},"submit":{"type":"boolean"}
            """, Hosts, Time),
        Named(browser, "screenshot", "Takes a picture of the open page.", []),
        Named(browser, "wait", "Waits until a text is on the open page.", ["text"], """
            "text":{"type":"string"}
            """, Time),
        Named(browser, "download", "Saves what an address or a link leads to into the workspace.", ["path"], Url, Target, """
            "path":{"type":"string","description":"Relative to the workspace"}
            """),
    ];

    private static RenamedTool Named(BrowserTool browser, string action, string description, string[] required, params string[] properties) => new(
        browser, $"browser_{action}", description,
        $$$"""{"type":"object","properties":{{{{string.Join(',', properties)}}}},"required":[{{{string.Join(',', required.Select(static name => $"\"{name}\""))}}}]}""",
        arguments => With(action, arguments));

    private static ToolArguments With(string action, ToolArguments arguments)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("action", action);
            foreach (var property in arguments.Json.EnumerateObject().Where(static property => property.Name != "action"))
            {
                property.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return ToolArguments.From(document.RootElement.Clone());
    }
}
