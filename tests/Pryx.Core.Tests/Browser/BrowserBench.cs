using System.Net;
using Microsoft.AspNetCore.Http;
using Pryx.Agent.Tools;
using Pryx.Core.Browser;
using Pryx.Core.Files;
using Pryx.Core.Sandbox;
using Pryx.Core.Tests.Sandbox;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Testing;

namespace Pryx.Core.Tests.Browser;

/// <summary>A site, a browser and a workspace.</summary>
internal sealed class BrowserBench : IAsyncDisposable
{
    private readonly SandboxBench _sandbox;
    private readonly BrowserDesk _desk;
    private readonly BrowserTool _tool;
    private readonly ToolContext _context;

    private BrowserBench(SandboxBench sandbox, AnsweringServer server, BrowserDesk desk)
    {
        (_sandbox, Server, _desk) = (sandbox, server, desk);
        _tool = new(desk, Disk.Local);
        _context = sandbox.Context;
    }

    public AnsweringServer Server { get; }
    public string Workspace => _sandbox.Workspace;

    public static async Task<BrowserBench> StartAsync(string front, CancellationToken cancellationToken, bool isLoopbackAllowed = true)
    {
        var program = BrowserProgram.Find("", null);
        Assert.SkipWhen(program is null, "Needs a browser: apt install chromium");
        var sandbox = new SandboxBench();
        var state = await sandbox.Spawner.SandboxStateAsync();
        Assert.SkipUnless(state.HasProxy, $"Needs a sandbox with a network of its own ({state.Reason})");
        var port = "";
        var server = await AnsweringServer.StartAsync(async (request, http) =>
        {
            http.Response.ContentType = request.Path == "/file" ? "application/octet-stream" : "text/html; charset=utf-8";
            await http.Response.WriteAsync(request.Path switch
            {
                "/" => front.Replace("PORT", port, StringComparison.Ordinal),
                "/next" => "<h1>The second page</h1>",
                "/found" => $"<p>You looked for {WebUtility.HtmlEncode(http.Request.Query["q"])}</p>",
                "/file" => "the bytes",
                _ => "",
            }, cancellationToken);
        }, cancellationToken);
        port = new Uri(server.Url).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var network = new SandboxNetworkOptions { Resolve = static (_, _) => Task.FromResult(new[] { IPAddress.Loopback }) };
        network = isLoopbackAllowed ? network with { IsAllowed = IPAddress.IsLoopback } : network;
        var options = new BrowserOptions(program, sandbox.Spawner, new SandboxProfiles(sandbox.Home, sandbox.Data, Path.GetDirectoryName(SandboxBench.Executable)!), Path.Combine(sandbox.Data, "sandbox"), new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["LANG"] = "C.UTF-8" })
        {
            Network = network,
        };
        return new(sandbox, server, new BrowserDesk(options, TimeProvider.System));
    }

    public static ToolContext ContextIn(string folder) => new()
    {
        SessionId = SessionId.New(),
        TurnId = TurnId.New(),
        CallId = "call-1",
        Workspace = folder,
        OutputDirectory = folder,
        AskUserAsync = static (_, _) => Task.FromResult(ApprovalAnswer.Deny("test")),
        Time = TimeProvider.System,
    };

    public string Url(string path) => $"http://site.test:{new Uri(Server.Url).Port}{path}";

    public async Task<ToolOutcome> DoAsync(string json)
    {
        var arguments = ToolArguments.Parse(json);
        var plan = await _tool.PlanAsync(arguments, _context, TestContext.Current.CancellationToken);
        return await _tool.InvokeAsync(arguments, plan, _context, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _desk.DisposeAsync();
        await Server.DisposeAsync();
        _sandbox.Dispose();
    }
}
