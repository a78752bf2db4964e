using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Core.Diagnostics;
using Pryx.Core.Health.Doctoring;
using Pryx.Core.Http;
using Pryx.Core.Processes;
using Pryx.Core.Sessions;
using Pryx.Protocol;

namespace Pryx.Core.Hosting;

/// <summary>The errors that edits introduce: made with the first edit in a trusted folder.</summary>
internal sealed class CodeCheck(PryxCore core) : IAsyncDisposable
{
    private DiagnosticsDesk? _desk;
    private Checkers? _checkers;
    private (string Own, string Use) _read;

    private string Use => core.Config.Text("diagnostics_use").Trim();

    private Dictionary<string, string> Environment => field ??= core.OwnEnvironment();

    private DiagnosticsDesk Desk => _desk ??= new(
        Read, new CheckRun(core.Spawner, core.CommandSandbox(), Environment), MayRunAsync, () => core.Config.Duration("diagnostics_time"), core.Options.Time);

    /// <summary>The same tools, those that change files with the errors they introduce.</summary>
    public IEnumerable<ITool> Of(IEnumerable<ITool> tools) =>
        tools.Select(tool => tool.Definition.PolicyName == "filesystem.write" ? new DiagnosedTool(tool, () => Use is "off" ? null : Desk) : tool);

    internal Task<bool> IsPossibleAsync() => Desk.IsPossibleAsync();

    public IReadOnlyList<string> TakeNews(SessionId session) => _desk?.TakeNews(session) ?? [];

    public void Map(ApiRoutes routes, CoreStore store, string folder) =>
        new CodeDiagnosticsEndpoints(Desk, () => Use, (workspace, token) => PlaceAsync(store, workspace, token), folder).Map(routes);

    public DoctorProbe Probe() => new("diagnostics", async _ => Use is "off" ? DoctorWord.Ok("diagnostics", "off")
        : Checkers.Problem(Use) is { } problem ? DoctorWord.Warn("diagnostics", problem, "pryx config set diagnostics_use auto")
        : !await Desk.IsPossibleAsync() ? DoctorWord.Ok("diagnostics", "none: checkers run only in a sandbox, and there is none here")
        : DoctorWord.Ok("diagnostics", Desk.Checkers is { Count: > 0 } found ? string.Join(", ", found.Select(static checker => $"{checker.Name} ({Path.GetFileName(checker.Words[0])})")) : "no checker is installed"));

    public ValueTask DisposeAsync() => _desk?.DisposeAsync() ?? ValueTask.CompletedTask;

    // Programs come and go rarely: they are looked up again when the settings change.
    private Checkers Read()
    {
        var now = (core.Config.Text("diagnostics_tools"), Use);
        if (_checkers is null || _read != now)
        {
            (_checkers, _read) = (new Checkers(name => ExecutablePath.Find(name, core.Options.Paths.Home, Environment), now.Item1, now.Use), now);
        }
        return _checkers;
    }

    // What it runs is code of the project: where the user lets commands of the folder run unasked, or has said so.
    private async Task<bool> MayRunAsync(SessionId session, string workspace, CancellationToken cancellationToken) =>
        Use == "always" || (await (await core.StoreAsync(cancellationToken)).Grants.ForAsync(session, workspace, cancellationToken)).Any(static grant => grant.Pattern == ToolRule.Folder);

    private async Task<ToolContext> PlaceAsync(CoreStore store, string workspace, CancellationToken cancellationToken)
    {
        var folder = CanonicalPath.Of(workspace);
        core.Options.Paths.Create();
        Directory.CreateDirectory(core.Options.Paths.ToolOutput);
        return new()
        {
            SessionId = SessionId.New(),
            TurnId = TurnId.New(),
            CallId = "",
            Workspace = folder,
            OutputDirectory = core.Options.Paths.ToolOutput,
            IsTrusted = await store.Trust.IsTrustedAsync(folder, cancellationToken),
            AskUserAsync = static (_, _) => throw new InvalidOperationException("A checker asks nobody."),
            Time = core.Options.Time,
        };
    }
}
