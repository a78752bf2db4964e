using System.Buffers;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Host;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Policies;
using Pryx.Terminal;

namespace Pryx.Commands.Policies;

/// <summary>What was meant on the command line: a file of the caller's or a policy of the data directory; JSON or the one argument people mean.</summary>
internal static class PolicySource
{
    /// <summary>True for a path: it has a slash or ends like a YAML file.</summary>
    public static bool IsFile(CommandIo io, string name) =>
        name.Contains('/', StringComparison.Ordinal) || name.EndsWith(".yaml", StringComparison.Ordinal) || name.EndsWith(".yml", StringComparison.Ordinal)
            || (File.Exists(Path.GetFullPath(name, io.WorkingDirectory)) && !Directory.Exists(name) && Path.HasExtension(name));

    /// <param name="takesModes">True when a mode's name will do, too.</param>
    public static async Task<(PolicyText Input, string Path)> ReadAsync(CommandIo io, ApiConnection api, string name, CancellationToken cancellationToken, bool takesModes = false)
    {
        if (!IsFile(io, name))
        {
            if (takesModes)
            {
                return (new PolicyText(null, name), name);
            }
            var known = await api.CallAsync("GET", $"/api/v1/policies/files/{Uri.EscapeDataString(name)}", null, PoliciesJson.Default.PolicyFileBody, cancellationToken);
            return (new PolicyText(known.Text ?? "", known.Name), known.Path);
        }
        var path = Path.GetFullPath(name, io.WorkingDirectory);
        try
        {
            return (new PolicyText(await File.ReadAllTextAsync(path, cancellationToken), Path.GetFileNameWithoutExtension(path)), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PryxException("POLICY_NOT_FOUND", $"{path} can not be read: {e.Message}", "pryx policy list shows your policies", e);
        }
    }

    public static JsonDocument ArgumentsOf(string tool, string? text)
    {
        if (text is null)
        {
            return JsonDocument.Parse("{}");
        }
        if (text.TrimStart().StartsWith('{'))
        {
            try
            {
                return JsonDocument.Parse(text);
            }
            catch (JsonException e)
            {
                throw UsageError.Of($"The arguments are no JSON: {SafeText.Line(e.Message, 120)}", """pryx policy explain filesystem.write '{"path":"notes.md","content":"x"}'""");
            }
        }
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            var isShell = tool.Contains("shell", StringComparison.OrdinalIgnoreCase) || tool is "bash" or "exec";
            var isHttp = tool.Contains("http", StringComparison.OrdinalIgnoreCase) || tool.Contains("fetch", StringComparison.OrdinalIgnoreCase);
            json.WriteString(isShell ? "command" : isHttp ? "url" : tool.EndsWith("glob", StringComparison.OrdinalIgnoreCase) || tool.EndsWith("grep", StringComparison.OrdinalIgnoreCase) ? "pattern" : "path", text);
            if (tool.EndsWith(".write", StringComparison.OrdinalIgnoreCase))
            {
                json.WriteString("content", "");
            }
            json.WriteEndObject();
        }
        return JsonDocument.Parse(buffer.WrittenMemory);
    }
}
