using System.Security.Cryptography;
using System.Text;
using Pryx.Core.Mcp.Connections;

namespace Pryx.Core.Mcp.Tools;

/// <param name="Policy"><c>mcp.server.tool</c> in lower case, as rules and grants write it.</param>
/// <param name="Wire">What the model sees: <c>mcp__server__tool</c>, at most 64 of <c>[a-zA-Z0-9_-]</c>.</param>
public sealed record McpToolName(string Policy, string Wire)
{
    private const int MaxWire = 64;

    /// <summary>The names of a server's tools, each its own: what another one has already is told apart by a hash of the tool's real name.</summary>
    public static IReadOnlyList<McpToolName> Of(McpServer server, IReadOnlyList<McpToolInfo> tools)
    {
        var names = new List<McpToolName>(tools.Count);
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var tool in tools)
        {
            var wire = $"mcp__{server.Name}__{Plain(tool.Name, "_-")}";
            var policy = $"mcp.{server.Name}.{Plain(tool.Name, "_-.")}".ToLowerInvariant();
            if (wire.Length > MaxWire || !taken.Add(wire))
            {
                wire = ToldApart(wire, tool.Name);
                taken.Add(wire);
            }
            if (!taken.Add(policy))
            {
                policy = $"{policy}-{HashOf(tool.Name)}";
                taken.Add(policy);
            }
            names.Add(new(policy, wire));
        }
        return names;
    }

    /// <param name="from">What no other tool is.</param>
    public McpToolName ToldApart(string from) => this with { Wire = ToldApart(Wire, from) };

    private static string ToldApart(string wire, string from) => $"{wire[..Math.Min(wire.Length, MaxWire - 9)]}_{HashOf(from)}";

    internal static string Plain(string name, string alsoKept) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || alsoKept.Contains(c, StringComparison.Ordinal) ? c : '_'));

    private static string HashOf(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8];
}
