using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Agent.Tools;
using Pryx.Core.Files;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;

namespace Pryx.Core.Tests.Files;

/// <summary>A real folder with a real folder beside it that nothing may touch.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly string _root;

    public Workspace()
    {
        _root = WorkspacePath.Canonicalize(Directory.CreateTempSubdirectory("pryx-files-").FullName);
        Root = Directory.CreateDirectory(Path.Join(_root, "project")).FullName;
        Outside = Directory.CreateDirectory(Path.Join(_root, "outside")).FullName;
        Context = new()
        {
            SessionId = SessionId.New(),
            TurnId = TurnId.New(),
            CallId = "call-1",
            Workspace = Root,
            OutputDirectory = _root,
            IsTrusted = true,
            AskUserAsync = (_, _) => Task.FromResult(ApprovalAnswer.Deny("test")),
            Time = TimeProvider.System,
        };
    }

    public string Root { get; }
    public string Outside { get; }
    public ToolContext Context { get; set; }

    public string this[string relative] => Path.Join(Root, relative);

    public string Put(string relative, string text)
    {
        var path = this[relative];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public string Text(string relative) => File.ReadAllText(this[relative]);

    public void Link(string relative, string target) => File.CreateSymbolicLink(this[relative], target);

    public async Task<ToolOutcome> RunAsync(ITool tool, JsonObject arguments)
    {
        var parsed = Arguments(arguments);
        var plan = await tool.PlanAsync(parsed, Context, TestContext.Current.CancellationToken);
        return await tool.InvokeAsync(parsed, plan, Context, TestContext.Current.CancellationToken);
    }

    public async Task<ToolPlan> PlanAsync(ITool tool, JsonObject arguments) =>
        await tool.PlanAsync(Arguments(arguments), Context, TestContext.Current.CancellationToken);

    public async Task<ToolPreview> PreviewAsync(ITool tool, JsonObject arguments)
    {
        var parsed = Arguments(arguments);
        var plan = await tool.PlanAsync(parsed, Context, TestContext.Current.CancellationToken);
        return await tool.PreviewAsync(parsed, plan, Context, TestContext.Current.CancellationToken);
    }

    public static ToolArguments Arguments(JsonObject arguments) => ToolArguments.From(JsonSerializer.SerializeToElement(arguments));

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
