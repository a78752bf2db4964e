using Microsoft.Extensions.AI;

namespace Pryx.Agent.Tools;

/// <summary>The tools of a turn, found by any name a model may use for them.</summary>
public sealed class ToolSet
{
    private readonly Dictionary<string, ITool> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="tools">Declared to the model, in this order.</param>
    /// <param name="onDemand">Found by name and by a relay, but not declared: their schemas would fill the window.</param>
    /// <exception cref="ArgumentException">Two tools share a wire name.</exception>
    public ToolSet(IEnumerable<ITool> tools, IEnumerable<ITool>? onDemand = null)
    {
        Tools = [.. tools];
        OnDemand = [.. onDemand ?? []];
        Declarations = [.. Tools.Select(tool => AIFunctionFactory.CreateDeclaration(tool.Definition.WireName, tool.Definition.Description, tool.Definition.Schema))];
        ITool[] all = [.. Tools, .. OnDemand];
        foreach (var tool in all)
        {
            _byName.Add(tool.Definition.WireName, tool);
        }
        // A wire name wins over somebody else's alias or policy name, and the first tool of a policy name stands for it.
        foreach (var tool in all)
        {
            foreach (var alias in (string[])[.. tool.Definition.Aliases, tool.Definition.PolicyName])
            {
                _byName.TryAdd(alias, tool);
            }
        }
    }

    public IReadOnlyList<ITool> Tools { get; }

    /// <summary>Not declared; reached through a relay.</summary>
    public IReadOnlyList<ITool> OnDemand { get; }

    /// <summary>What the provider is told, always in the same order so that it can cache it.</summary>
    public IList<AITool> Declarations { get; }

    public ITool? Find(string name) => _byName.GetValueOrDefault(name.Trim());

    /// <summary>Some of these; the same set when all of them stay.</summary>
    public ToolSet Where(Func<ToolDefinition, bool> stays)
    {
        List<ITool> tools = [.. Tools.Where(tool => stays(tool.Definition))];
        List<ITool> onDemand = [.. OnDemand.Where(tool => stays(tool.Definition))];
        return tools.Count == Tools.Count && onDemand.Count == OnDemand.Count ? this : new ToolSet(tools, onDemand);
    }

    /// <summary>The tool that does it and its arguments, behind whatever relay was called.</summary>
    /// <exception cref="ToolArgumentException">A relay was called for nothing that exists.</exception>
    public (ITool Tool, ToolArguments Arguments) Resolve(ITool called, ToolArguments arguments)
    {
        if (called is not IRelay relay)
        {
            return (called, arguments);
        }
        var (name, inner) = relay.TargetOf(arguments);
        return Find(name) is { } tool and not IRelay
            ? (tool, inner)
            : throw new ToolArgumentException($"There is no tool named '{name}' to pass this on to.");
    }

    /// <summary>The policy name of what the model called; the called name itself when there is no such tool.</summary>
    /// <param name="arguments">The call's JSON: a relay's says which tool is meant.</param>
    public string PolicyNameOf(string name, string? arguments = null)
    {
        if (Find(name) is not { } called)
        {
            return name;
        }
        if (called is not IRelay || arguments is null)
        {
            return called.Definition.PolicyName;
        }
        try
        {
            return Resolve(called, ToolArguments.Parse(arguments)).Tool.Definition.PolicyName;
        }
        catch (ToolArgumentException)
        {
            return called.Definition.PolicyName; // The call itself is answered with what is wrong.
        }
    }
}
