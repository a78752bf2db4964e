using System.Globalization;
using System.Text.Json;
using Field = ModelContextProtocol.Protocol.ElicitRequestParams.PrimitiveSchemaDefinition;
using Schemas = ModelContextProtocol.Protocol.ElicitRequestParams;

namespace Pryx.Core.Mcp.Connections;

/// <summary>One field of a server's form: what a person is shown of it, and what their words mean.</summary>
internal sealed class McpFormField(string name, Field schema, bool isRequired)
{
    private readonly IReadOnlyList<(string Value, string Title)> _options = schema switch
    {
        Schemas.UntitledSingleSelectEnumSchema plain => Untitled(plain.Enum),
        Schemas.TitledSingleSelectEnumSchema titled => Titled(titled.OneOf),
        Schemas.UntitledMultiSelectEnumSchema several => Untitled(several.Items.Enum),
        Schemas.TitledMultiSelectEnumSchema several => Titled(several.Items.AnyOf),
        _ => [],
    };

    public string Name => name;
    public bool IsRequired => isRequired;

    private bool TakesSeveral => schema is Schemas.UntitledMultiSelectEnumSchema or Schemas.TitledMultiSelectEnumSchema;

    public string Question
    {
        get
        {
            var text = PlainWords.OneLine(schema.Title ?? name, 200) + (schema.Description is { } what ? $": {PlainWords.OneLine(what, 500)}" : "");
            var options = TakesSeveral || _options.Count > 4 ? $" ({(TakesSeveral ? "any of" : "one of")} {string.Join(", ", _options.Take(50).Select(static option => PlainWords.OneLine(option.Title, 100)))})" : "";
            var empty = Default is { } otherwise ? $" (empty: {PlainWords.OneLine(otherwise.GetRawText(), 100)})" : isRequired ? "" : " (may be left empty)";
            return text + options + empty;
        }
    }

    /// <summary>Up to four, to be chosen with one key; empty for free text.</summary>
    public IReadOnlyList<string> Choices => TakesSeveral ? []
        : _options.Count is > 0 and <= 4 ? [.. _options.Select(static option => PlainWords.OneLine(option.Title, 100))]
        : schema is Schemas.BooleanSchema ? ["Yes", "No"] : [];

    /// <summary>What holds when nothing is said (SEP-1034); null for nothing.</summary>
    public JsonElement? Default => schema switch
    {
        Schemas.StringSchema { Default: { } text } => Json(Quoted(text)),
        Schemas.NumberSchema { Default: { } number } => Json(number.ToString("R", CultureInfo.InvariantCulture)),
        Schemas.BooleanSchema { Default: { } isTrue } => Json(isTrue ? "true" : "false"),
        Schemas.UntitledSingleSelectEnumSchema { Default: { } value } => Json(Quoted(value)),
        Schemas.TitledSingleSelectEnumSchema { Default: { } value } => Json(Quoted(value)),
        Schemas.UntitledMultiSelectEnumSchema { Default: { } values } => List(values),
        Schemas.TitledMultiSelectEnumSchema { Default: { } values } => List(values),
        _ => null,
    };

    /// <summary>Null when the words are no value of this field.</summary>
    public JsonElement? Read(string said)
    {
        said = said.Trim();
        return schema switch
        {
            Schemas.BooleanSchema => said.ToLowerInvariant() switch { "yes" or "y" or "true" => Json("true"), "no" or "n" or "false" => Json("false"), _ => null },
            Schemas.NumberSchema range => double.TryParse(said, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                && !(number < range.Minimum) && !(number > range.Maximum) && (range.Type != "integer" || double.IsInteger(number)) ? Json(number.ToString("R", CultureInfo.InvariantCulture)) : null,
            Schemas.UntitledMultiSelectEnumSchema several => Several(said, several.MinItems, several.MaxItems),
            Schemas.TitledMultiSelectEnumSchema several => Several(said, several.MinItems, several.MaxItems),
            Schemas.StringSchema text => said.Length < (text.MinLength ?? 0) || said.Length > (text.MaxLength ?? int.MaxValue) ? null : Json(Quoted(said)),
            _ when _options.Count > 0 => Option(said) is { } value ? Json(Quoted(value)) : null,
            _ => Json(Quoted(said)),
        };
    }

    private JsonElement? Several(string said, int? least, int? most)
    {
        var values = said.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Option).ToList();
        return values.Contains(null) || values.Count < (least ?? 0) || values.Count > (most ?? int.MaxValue) ? null : List(values!);
    }

    private string? Option(string said) => _options.Where(option => option.Value == said || string.Equals(option.Title, said, StringComparison.OrdinalIgnoreCase)).Select(static option => option.Value).FirstOrDefault();

    private static IReadOnlyList<(string Value, string Title)> Untitled(IEnumerable<string> values) => [.. values.Select(static value => (value, value))];

    private static IReadOnlyList<(string Value, string Title)> Titled(IEnumerable<Schemas.EnumSchemaOption> options) => [.. options.Select(static option => (option.Const, option.Title))];

    private static JsonElement List(IEnumerable<string> values) => Json($"[{string.Join(',', values.Select(Quoted))}]");

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
