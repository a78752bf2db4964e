using System.Globalization;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using Pryx.Agent.Tools;
using Pryx.Protocol.Approvals;

namespace Pryx.Core.Mcp.Connections;

/// <summary>Puts what a server wants to know to the person whose call it is working on, field by field, always in the server's name.</summary>
internal static class McpElicitation
{
    private const int MaxFields = 20;
    private static readonly string[] Secrets = ["password", "passwd", "passphrase", "secret", "api key", "apikey", "api_key", "token", "credential", "private key", "pin code", "credit card", "cvv"];

    public static async Task<ElicitResult> AskAsync(McpServer server, ElicitRequestParams request, ToolContext context, CancellationToken cancellationToken)
    {
        var head = $"The MCP server '{server.Name}' asks: {PlainWords.Of(request.Message ?? "", 1000)}";
        if (request.Mode == "url" || request.Url is not null)
        {
            var seen = await context.AskUserAsync(new($"{head}\nIt wants you to open {PlainWords.OneLine(request.Url ?? "", 500)} in a browser. Open it only if you know where it leads.", ["I have opened it", "No"]), cancellationToken).ConfigureAwait(false);
            return new ElicitResult { Action = Said(seen) is "I have opened it" ? "accept" : "decline" };
        }
        var content = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var fields = request.RequestedSchema?.Properties ?? new Dictionary<string, ElicitRequestParams.PrimitiveSchemaDefinition>();
        // As the protocol forbids: a form is no place for them, whoever asks.
        if (fields.Count > MaxFields || LooksForSecret(request.Message) || fields.Any(static field => LooksForSecret(field.Key) || LooksForSecret(field.Value.Title) || LooksForSecret(field.Value.Description)))
        {
            return new ElicitResult { Action = "decline" };
        }
        if (fields.Count == 0)
        {
            var answer = await context.AskUserAsync(new(head, ["Yes", "No"]), cancellationToken).ConfigureAwait(false);
            return new ElicitResult { Action = Said(answer) is "Yes" ? "accept" : "decline", Content = content };
        }
        foreach (var (name, field) in fields)
        {
            var isRequired = request.RequestedSchema!.Required?.Contains(name) == true;
            var text = $"{head}\n{PlainWords.OneLine(field.Title ?? name, 200)}{(field.Description is { } what ? $": {PlainWords.OneLine(what, 500)}" : "")}{(isRequired ? "" : " (may be left empty)")}";
            var answer = await context.AskUserAsync(new(text, [.. Choices(field)]), cancellationToken).ConfigureAwait(false);
            if (!answer.Approved)
            {
                return new ElicitResult { Action = "decline" };
            }
            if (ValueOf(field, Said(answer)) is { } value)
            {
                content[name] = value;
            }
            else if (isRequired)
            {
                return new ElicitResult { Action = "cancel" };
            }
        }
        return new ElicitResult { Action = "accept", Content = content };
    }

    private static bool LooksForSecret(string? text) => text is not null && Secrets.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    // A choice, or what was typed.
    private static string? Said(ApprovalAnswer answer) => answer.Approved ? answer.Text : null;

    private static IEnumerable<string> Choices(ElicitRequestParams.PrimitiveSchemaDefinition field) => Options(field) is { Count: > 0 and <= 4 } options ? options.Select(static option => PlainWords.OneLine(option.Title, 100))
        : field is ElicitRequestParams.BooleanSchema ? ["Yes", "No"] : [];

    private static IReadOnlyList<(string Value, string Title)> Options(ElicitRequestParams.PrimitiveSchemaDefinition field) => field switch
    {
        ElicitRequestParams.UntitledSingleSelectEnumSchema plain => [.. plain.Enum.Select(static value => (value, value))],
        ElicitRequestParams.TitledSingleSelectEnumSchema titled => [.. titled.OneOf.Select(static option => (option.Const, option.Title))],
        _ => [],
    };

    private static JsonElement? ValueOf(ElicitRequestParams.PrimitiveSchemaDefinition field, string? said)
    {
        if (string.IsNullOrWhiteSpace(said))
        {
            return null;
        }
        said = said.Trim();
        var json = field switch
        {
            ElicitRequestParams.BooleanSchema => said.ToLowerInvariant() switch { "yes" or "y" or "true" => "true", "no" or "n" or "false" => "false", _ => null },
            ElicitRequestParams.NumberSchema => double.TryParse(said, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : null,
            _ when Options(field) is { Count: > 0 } options => options.FirstOrDefault(option => option.Title == said || option.Value == said).Value is { } value ? Quoted(value) : null,
            _ => Quoted(said),
        };
        if (json is null)
        {
            return null;
        }
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
