using Microsoft.Extensions.AI;

namespace Pryx.Agent.Tools;

/// <summary>The tools of a session, found by any name a model may use for them.</summary>
public sealed class ToolSet
{
    private readonly Dictionary<string, ITool> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ArgumentException">Two tools share a wire name.</exception>
    public ToolSet(IEnumerable<ITool> tools)
    {
        Tools = [.. tools];
        Declarations = [.. Tools.Select(tool => AIFunctionFactory.CreateDeclaration(tool.Definition.WireName, tool.Definition.Description, tool.Definition.Schema))];
        foreach (var tool in Tools)
        {
            _byName.Add(tool.Definition.WireName, tool);
        }
        // A wire name wins over somebody else's alias or policy name, and the first tool of a policy name stands for it.
        foreach (var tool in Tools)
        {
            foreach (var alias in (string[])[.. tool.Definition.Aliases, tool.Definition.PolicyName])
            {
                _byName.TryAdd(alias, tool);
            }
        }
    }

    public IReadOnlyList<ITool> Tools { get; }

    /// <summary>What the provider is told, always in the same order so that it can cache it.</summary>
    public IList<AITool> Declarations { get; }

    public ITool? Find(string name) => _byName.GetValueOrDefault(name.Trim());

    /// <summary>The policy name of what the model called; the called name itself when there is no such tool.</summary>
    public string PolicyNameOf(string name) => Find(name)?.Definition.PolicyName ?? name;
}
