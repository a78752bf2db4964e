using System.Text;
using System.Text.Json;
using Pryx.Agent.Tools;

namespace Pryx.Core.Tools;

/// <summary>Definitions of built-in tools: the description comes from the .md beside the tool.</summary>
internal static class ToolSchema
{
    public static ToolDefinition Define(string policyName, string wireName, string schema, params IReadOnlyList<string> aliases) =>
        new(policyName, wireName, Description(wireName), Read(schema)) { Aliases = aliases };

    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonElement Read(string schema)
    {
        using var document = JsonDocument.Parse(schema);
        return document.RootElement.Clone();
    }

    private static string Description(string wireName)
    {
        using var stream = typeof(ToolSchema).Assembly.GetManifestResourceStream($"{wireName}.md")
            ?? throw new InvalidOperationException($"The description {wireName}.md is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Trim();
    }
}
