using System.Collections.Frozen;
using System.Text.Json;
using Pryx.Agent.Tools;
using Pryx.Core.Files;
using Pryx.Core.Tools;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Hosting;

/// <summary>The servers that are part of this program, with the tool names they are known by. Each is made of our own tools.</summary>
public sealed class BundledServers(Func<string, ITool?> builtIn, IReadOnlyDictionary<string, IReadOnlyList<ITool>> others)
{
    private const string Path = """{"type":"string","description":"Relative to the workspace, or absolute"}""";

    private readonly Lazy<FrozenDictionary<string, ToolSet>> _sets = new(() => Build(builtIn, others));

    public IEnumerable<string> Names => _sets.Value.Keys.Order(StringComparer.Ordinal);

    /// <exception cref="PryxException">MCP_SERVER_NOT_FOUND</exception>
    public ToolSet Find(string name) => _sets.Value.GetValueOrDefault(name)
        ?? throw new PryxException("MCP_SERVER_NOT_FOUND", $"There is no bundled server '{name}'.", $"use one of {string.Join(", ", Names)}");

    private static FrozenDictionary<string, ToolSet> Build(Func<string, ITool?> builtIn, IReadOnlyDictionary<string, IReadOnlyList<ITool>> others)
    {
        var sets = new Dictionary<string, ToolSet>(StringComparer.Ordinal)
        {
            ["filesystem"] = new(Files(builtIn)),
            ["shell"] = new([Exec(Required(builtIn, "shell_exec"))]),
            ["http"] = new([Required(builtIn, "http_request")]),
        };
        foreach (var (name, tools) in others)
        {
            sets[name] = new(tools);
        }
        return sets.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static IEnumerable<ITool> Files(Func<string, ITool?> builtIn) =>
    [
        new RenamedTool(Required(builtIn, "read_file"), "read_file", "Reads a text file as it is (at most 2000 lines and 50 KB at once), or an image.", $$$"""{"type":"object","properties":{"path":{{{Path}}},"offset":{"type":"integer","minimum":1,"description":"First line, from 1"},"limit":{"type":"integer","minimum":1,"description":"How many lines"}},"required":["path"]}""")
        {
            Answer = static outcome => outcome with { Text = NumberedText.Without(outcome.Text) },
        },
        Required(builtIn, "write_file"),
        Required(builtIn, "list_dir"),
        .. FileTools.Folders(),
    ];

    private static RenamedTool Exec(ITool shell) => new(shell, "exec", "Runs a program with its arguments, or one shell command line, and gives its output and exit code.", """
        {"type":"object","properties":{
        "command":{"type":"string","description":"A program; without args a whole shell command line"},
        "args":{"type":"array","items":{"type":"string"},"description":"Its arguments, passed as they are"},
        "cwd":{"type":"string","description":"Folder to run in; default is the workspace"},
        "timeout_ms":{"type":"integer","minimum":1,"maximum":600000,"description":"Default 30000"},
        "env":{"type":"object","additionalProperties":{"type":"string"},"description":"Additional variables"}},
        "required":["command"]}
        """, ToShell);

    private static ToolArguments ToShell(ToolArguments arguments)
    {
        var program = arguments.RequireString("command", "cmd");
        var words = arguments.OptionalStrings("args");
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("command");
            if (words.Count == 0)
            {
                writer.WriteStringValue(program);
            }
            else
            {
                // A list is quoted word by word: nothing in an argument is read by the shell.
                writer.WriteStartArray();
                writer.WriteStringValue(program);
                foreach (var word in words)
                {
                    writer.WriteStringValue(word);
                }
                writer.WriteEndArray();
            }
            writer.WriteNumber("timeout_ms", arguments.OptionalInt("timeout_ms", 1, 600_000) ?? 30_000);
            if (arguments.OptionalString("cwd", "workdir") is { } folder)
            {
                writer.WriteString("workdir", folder);
            }
            if (arguments.Find("env") is { } env)
            {
                writer.WritePropertyName("env");
                env.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return ToolArguments.From(document.RootElement.Clone());
    }

    private static ITool Required(Func<string, ITool?> builtIn, string name) => builtIn(name) ?? throw new InvalidOperationException($"There is no built-in tool {name}.");
}
