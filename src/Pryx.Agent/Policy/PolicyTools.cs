namespace Pryx.Agent.Policy;

/// <summary>What policy knows about tools by name alone.</summary>
public static class PolicyTools
{
    public const string Shell = "shell.exec";
    public const string Http = "http.request";

    /// <summary>A command that goes on after its call. To policy it is a command like any other: what is written of <see cref="Shell"/> holds for both.</summary>
    public const string ProcessStart = "process.start";
    public const string ProcessStop = "process.stop";

    /// <summary>A plan as a question to a person; always asked, see <see cref="PlanLayer"/>.</summary>
    public const string PresentPlan = "plan.present";

    public const string Browser = "browser.use";
    public const string Search = "web.search";

    /// <summary>Notes a fact that every later session reads.</summary>
    public const string MemoryWrite = "memory.write";
    public const string MemorySearch = "memory.search";

    /// <summary>In rules: any connection of our own tools and of sandboxed commands, whichever makes it.</summary>
    public const string Network = "network";
    private const string Files = "filesystem.";

    /// <summary>
    /// Tools that touch nothing: they keep the model's own notes, are themselves a question to a person, read what the user installed for it to
    /// read, or look after what this session itself has started. And the one that no model is offered, because only the user's own words can call it.
    /// </summary>
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal) { "plan.update", "user.ask", "update_plan", "ask_user", "mcp.search", "skill.use", "workspace.undo", "process.read", ProcessStop, PresentPlan, MemorySearch };

    /// <summary>Tools of servers that the user has added: their programs have a network of their own to be judged.</summary>
    public static bool IsOfServer(string tool) => tool.StartsWith("mcp.", StringComparison.Ordinal);

    /// <summary><c>fs.read</c> and <c>filesystem.read</c> are one name, as are <c>process.start</c> and <c>shell.exec</c>; case and outer spaces do not count.</summary>
    public static string Canonical(string tool)
    {
        var name = tool.Trim().ToLowerInvariant();
        return name.StartsWith("fs.", StringComparison.Ordinal) ? string.Concat(Files, name.AsSpan(3))
            : name == ProcessStart ? Shell
            : name;
    }

    public static bool IsHarmless(string tool) => Harmless.Contains(tool);

    public static bool IsFileTool(string tool) => tool.StartsWith(Files, StringComparison.Ordinal);

    /// <summary>True for tools whose plan can be believed, because they are ours.</summary>
    public static bool IsBuiltIn(string tool) => IsFileTool(tool) || tool is Shell or Http or Browser or Search;
}
