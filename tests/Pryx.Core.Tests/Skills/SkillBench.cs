using Pryx.Agent.Tools;
using Pryx.Core.Configuration;
using Pryx.Core.Skills;
using Pryx.Testing;

namespace Pryx.Core.Tests.Skills;

/// <summary>Skills in real folders of a home of its own.</summary>
internal sealed class SkillBench : IDisposable
{
    private readonly Settings _settings;
    private PryxConfig? _config;

    /// <param name="programs">On PATH; null for all.</param>
    public SkillBench(IReadOnlyCollection<string>? programs = null, IReadOnlyDictionary<string, string>? variables = null, TimeProvider? time = null)
    {
        Paths = new(Home.Home, Home.Data);
        _settings = new(name => variables?.GetValueOrDefault(name));
        State = new(Paths.SkillsState, TimeProvider.System);
        Places = new(Paths, () => _config ??= PryxConfig.Load(Paths, _settings), new BundledSkills(Paths, _settings.FromEnvironment("PRYX_BUNDLED_SKILLS_DIR")));
        Shelf = new(Places, State, new SkillFit(name => programs?.Contains(name) ?? true, name => _settings.FromEnvironment(name) is not null, key => _config!.IsSet(key)), time ?? TimeProvider.System);
    }

    public TempHome Home { get; } = new();
    public PryxPaths Paths { get; }
    public SkillState State { get; }
    public SkillPlaces Places { get; }
    public SkillShelf Shelf { get; }

    public void Configure(string yaml)
    {
        Directory.CreateDirectory(Home.Data);
        File.WriteAllText(Paths.Config, yaml);
        _config = null;
    }

    /// <summary>Writes a skill below a folder; returns its folder.</summary>
    public static string Put(string root, string name, string? head = null, string body = "Do it.")
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "SKILL.md"), $"---\nname: {name}\n{head ?? $"description: About {name}."}\n---\n{body}\n");
        return folder;
    }

    public string Managed(string name, string? head = null, string body = "Do it.") => Put(Paths.Skills, name, head, body);

    public string InWorkspace(string name, string? head = null, string body = "Do it.", string place = ".pryx/skills") => Put(Home.PathOf(place), name, head, body);

    public SkillListing List(bool isTrusted = true) => Shelf.List(isTrusted ? Home.Workspace : null, TestContext.Current.CancellationToken);

    public SkillListing ForTurn(bool isTrusted = true) => Shelf.ForTurn(isTrusted ? Home.Workspace : null, TestContext.Current.CancellationToken);

    public ToolContext Context => new()
    {
        SessionId = default,
        TurnId = default,
        CallId = "c",
        Workspace = Home.Workspace,
        OutputDirectory = Directory.CreateDirectory(Path.Combine(Home.Root, "output")).FullName,
        AskUserAsync = (_, _) => throw new InvalidOperationException("Nobody should be asked."),
        Time = TimeProvider.System,
    };

    public async Task<ToolOutcome> UseAsync(string json)
    {
        var tool = new SkillTool(ForTurn());
        var arguments = ToolArguments.Parse(json);
        var plan = await tool.PlanAsync(arguments, Context, TestContext.Current.CancellationToken);
        Assert.Empty(plan.Accesses);
        return await tool.InvokeAsync(arguments, plan, Context, TestContext.Current.CancellationToken);
    }

    public void Dispose() => Home.Dispose();
}
