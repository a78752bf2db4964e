using System.Globalization;
using System.Text;
using Pryx.Agent.Policy;
using Pryx.Core.Skills;
using YamlDotNet.RepresentationModel;

namespace Pryx.Core.Agents.Definitions;

/// <summary>Reads an agent's file: a frontmatter with the keys of Pryx, Claude Code or opencode, then Markdown. What is not known is no error.</summary>
public static class AgentFile
{
    /// <summary>Bytes of the whole file.</summary>
    public const int MaxLength = 128 * 1024;

    private const int MaxTools = 100;
    private static readonly UTF8Encoding Strict = new(false, true);

    /// <returns>Neither, for a file that says it is no agent to be called.</returns>
    public static (AgentDefinition? Agent, BrokenAgent? Broken) Open(string path, AgentOrigin origin)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
            if (stream.Length > MaxLength)
            {
                return (null, new(path, origin, 1, $"the file is larger than {MaxLength / 1024} KB"));
            }
            var bytes = new byte[(int)stream.Length];
            return Read(Strict.GetString(bytes.AsSpan(0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false))), path, origin);
        }
        catch (DecoderFallbackException)
        {
            return (null, new(path, origin, 1, "it is not UTF-8 text"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, new(path, origin, 1, $"it can not be read ({e.Message})"));
        }
    }

    public static (AgentDefinition? Agent, BrokenAgent? Broken) Read(string text, string path, AgentOrigin origin)
    {
        var (root, body, line, why) = SkillFile.ReadHead(text);
        if (root is null)
        {
            return (null, new(path, origin, line, why));
        }
        // opencode's own agents for people to talk to, and what somebody has switched off.
        if (Text(root, "mode") is "primary" || Text(root, "disable") == "true")
        {
            return (null, null);
        }
        var named = Text(root, "name") ?? Path.GetFileNameWithoutExtension(path);
        if (SkillName.IdOf(named) is not { } name)
        {
            return (null, new(path, origin, LineOf(root, "name"), "name: 1 to 64 letters, digits, '-' and '_' are expected"));
        }
        var description = HiddenText.Line(Text(root, "description") ?? "", 1000);
        if (description.Length == 0)
        {
            return (null, new(path, origin, LineOf(root, "description"), "description: when it should be called is expected"));
        }
        var prompt = HiddenText.Visible(body).Trim();
        if (prompt.Length == 0)
        {
            prompt = HiddenText.Visible(Text(root, "prompt") ?? "").Trim();
        }
        List<string> notes = [];
        var (only, without) = Tools(root, notes);
        return (new(name, description, prompt, origin, path)
        {
            Tools = only,
            NotTools = without,
            Model = Text(root, "model") is { Length: > 0 } model && model != "inherit" ? HiddenText.Line(model, 200) : null,
            Policy = PolicyOf(root, notes),
            Effort = Text(root, "effort") ?? Text(root, "reasoning_effort"),
            MaxSteps = int.TryParse(Text(root, "max_steps") ?? Text(root, "maxTurns") ?? Text(root, "steps"), NumberStyles.None, CultureInfo.InvariantCulture, out var steps) && steps > 0 ? steps : null,
            MaxCostUsd = decimal.TryParse(Text(root, "max_cost_usd") ?? Text(root, "max_cost"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cost) && cost > 0 ? cost : null,
            Worktree = Text(root, "worktree") == "true" || Text(root, "isolation") == "worktree",
            Notes = notes,
        }, null);
    }

    // Names alone: what stands in parentheses behind one would narrow further than a list of tools can, so the tool is left out.
    private static (IReadOnlyList<string>? Only, IReadOnlyList<string> Without) Tools(YamlMappingNode root, List<string> notes)
    {
        List<string> without = [.. List(root, "disallowedTools"), .. List(root, "not_tools")];
        if (Child(root, "tools") is YamlMappingNode switches)
        {
            without.AddRange(switches.Children.Where(static pair => pair.Value is YamlScalarNode { Value: "false" }).Select(static pair => pair.Key).OfType<YamlScalarNode>().Select(static key => key.Value ?? "").Where(static key => key != "*"));
            if (Child(switches, "*") is YamlScalarNode { Value: "false" })
            {
                return ([.. switches.Children.Where(static pair => pair.Value is YamlScalarNode { Value: "true" }).Select(static pair => pair.Key).OfType<YamlScalarNode>().Select(static key => key.Value ?? "")], without);
            }
        }
        if (Child(root, "permission") is YamlMappingNode permissions)
        {
            foreach (var (key, value) in permissions.Children)
            {
                if (key is YamlScalarNode { Value: { } tool } && value is YamlScalarNode { Value: "deny" })
                {
                    without.AddRange(tool is "edit" ? ["Write", "Edit", "Patch"] : [tool]);
                }
            }
        }
        if (Child(root, "tools") is null or YamlMappingNode)
        {
            return (null, without);
        }
        var only = new List<string>();
        foreach (var name in List(root, "tools"))
        {
            if (name.Contains('(', StringComparison.Ordinal))
            {
                notes.Add($"tools: {name} is left out, for it allows a part of a tool; write a policy for that");
            }
            else
            {
                only.Add(name);
            }
        }
        return (only, without);
    }

    private static string? PolicyOf(YamlMappingNode root, List<string> notes)
    {
        if (Text(root, "policy") is { Length: > 0 } policy)
        {
            return HiddenText.Line(policy, 64);
        }
        switch (Text(root, "permissionMode"))
        {
            case "plan":
                return PolicyMode.ReadOnly.Name();
            case null or "default" or "":
                return null;
            case var mode when PolicyModes.TryParse(mode, out var ours):
                return ours.Name();
            case var mode:
                notes.Add($"permissionMode: {HiddenText.Line(mode, 40)} is not taken, for an agent may no more than its caller");
                return null;
        }
    }

    private static YamlNode? Child(YamlMappingNode map, string key) =>
        map.Children.FirstOrDefault(pair => pair.Key is YamlScalarNode { Value: { } name } && name.Equals(key, StringComparison.OrdinalIgnoreCase)).Value;

    private static string? Text(YamlMappingNode map, string key) => Child(map, key) is YamlScalarNode { Value: { } text } ? text.Trim() : null;

    private static int LineOf(YamlMappingNode map, string key) =>
        (int)(map.Children.Keys.FirstOrDefault(node => node is YamlScalarNode { Value: { } name } && name.Equals(key, StringComparison.OrdinalIgnoreCase))?.Start.Line ?? 0) + 1;

    private static List<string> List(YamlMappingNode map, string key) => Child(map, key) switch
    {
        YamlSequenceNode list => [.. list.Children.OfType<YamlScalarNode>().Select(static node => HiddenText.Line(node.Value ?? "", 200)).Where(static text => text.Length > 0).Take(MaxTools)],
        YamlScalarNode { Value: { Length: > 0 } text } => [.. Parts(text).Select(static part => HiddenText.Line(part, 200)).Where(static part => part.Length > 0).Take(MaxTools)],
        _ => [],
    };

    // "Read, Bash(git log, git diff)": a comma within parentheses ends nothing.
    private static IEnumerable<string> Parts(string text)
    {
        var (start, depth) = (0, 0);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (depth == 0 && text[i] == ','))
            {
                yield return text[start..i].Trim();
                start = i + 1;
                continue;
            }
            depth += text[i] switch { '(' => 1, ')' when depth > 0 => -1, _ => 0 };
        }
    }
}
