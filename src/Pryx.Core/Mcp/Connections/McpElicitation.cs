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
        foreach (var (name, schema) in fields)
        {
            var field = new McpFormField(name, schema, request.RequestedSchema!.Required?.Contains(name) == true);
            var (action, value) = await AskAsync(head, field, context, cancellationToken).ConfigureAwait(false);
            if (action != "accept")
            {
                return new ElicitResult { Action = action };
            }
            if (value is { } given)
            {
                content[name] = given;
            }
        }
        return new ElicitResult { Action = "accept", Content = content };
    }

    // What does not fit is asked again, with what would; who goes on like that wants to be left alone.
    private static async Task<(string Action, JsonElement? Value)> AskAsync(string head, McpFormField field, ToolContext context, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var answer = await context.AskUserAsync(new($"{head}\n{(attempt == 0 ? "" : "That does not fit. ")}{field.Question}", field.Choices), cancellationToken).ConfigureAwait(false);
            if (!answer.Approved)
            {
                return ("decline", null);
            }
            if (string.IsNullOrWhiteSpace(Said(answer)))
            {
                if (field.Default is not null || !field.IsRequired)
                {
                    return ("accept", field.Default);
                }
            }
            else if (field.Read(Said(answer)!) is { } value)
            {
                return ("accept", value);
            }
        }
        return ("cancel", null);
    }

    private static bool LooksForSecret(string? text) => text is not null && Secrets.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    // A choice, or what was typed.
    private static string? Said(ApprovalAnswer answer) => answer.Approved ? answer.Text : null;
}
