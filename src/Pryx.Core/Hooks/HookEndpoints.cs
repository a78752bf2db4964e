using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pryx.Agent.Tools;
using Pryx.Core.Audit;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Hooks;

namespace Pryx.Core.Hooks;

/// <summary><c>/api/v1/hooks</c>: which programs run around tools in a folder, and what they say to a call that is not made.</summary>
/// <param name="isTrustedAsync">Whether what the folder brings counts, hooks included.</param>
/// <param name="tools">To name the tool of a test.</param>
public sealed class HookEndpoints(HookShelf shelf, HookProcess process, Func<string, CancellationToken, Task<bool>> isTrustedAsync, Func<string, ToolDefinition?> tools, AuditLog audit, string outputFolder, TimeProvider time)
{
    private static readonly ApiParameter Folder = new("workspace", "Absolute; without it only the user's own hooks");

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/hooks", "The hooks that hold in a folder, in the order in which they run, and files that can not be read") { Query = [Folder], Response = HooksJson.Default.HookList }, ListAsync);
        // It runs programs that the caller may have named only by their folder.
        routes.Add(new("POST", "/api/v1/hooks/test", "Runs the hooks of an event as they would run, with an example of a call that is not made")
        { Scope = Scopes.Admin, Request = HooksJson.Default.TestHooks, Response = HooksJson.Default.TestedHooks }, TestAsync);
    }

    private async Task ListAsync(HttpContext http)
    {
        var (folder, listing, isTrusted) = await FindAsync(http.QueryText("workspace"), http.RequestAborted);
        await http.WriteAsync(new HookList(
            [.. listing.Hooks.Select(BodyOf)], [.. listing.Broken.Select(static broken => new UnreadHooks(broken.Path, NameOf(broken.Origin), broken.Message))], listing.Notes, shelf.UserFile,
            folder is null || isTrusted ? null : "The folder is not trusted, so hooks that it may bring do not run. Look at what it brings: pryx trust"), HooksJson.Default.HookList);
    }

    private async Task TestAsync(HttpContext http)
    {
        var body = await http.ReadAsync(HooksJson.Default.TestHooks);
        if (body.Event is null || !HookEvents.All.Contains(body.Event))
        {
            throw new PryxException("VALIDATION_ERROR", $"event: one of {string.Join(", ", HookEvents.All)} is expected");
        }
        var (folder, listing, _) = await FindAsync(body.Workspace, http.RequestAborted);
        var isOfTool = body.Event is HookEvents.PreToolUse or HookEvents.PostToolUse;
        var tool = isOfTool ? tools(body.Tool ?? "shell_exec") ?? throw new PryxException("VALIDATION_ERROR", $"tool: there is no tool '{body.Tool}'") : null;
        var context = new ToolContext
        {
            SessionId = default, TurnId = default, CallId = "test", Workspace = folder ?? outputFolder, OutputDirectory = outputFolder, IsTrusted = true, Time = time,
            AskUserAsync = static (_, _) => throw new InvalidOperationException("A test asks nobody."),
        };
        Directory.CreateDirectory(outputFolder);
        using var nothing = JsonDocument.Parse("{}");
        var arguments = body.Input is { ValueKind: JsonValueKind.Object } given ? given : nothing.RootElement;
        var input = body.Event switch
        {
            HookEvents.PreToolUse => HookInput.OfTool(body.Event, context, tool!, arguments, null),
            HookEvents.PostToolUse => HookInput.OfTool(body.Event, context, tool!, arguments, ToolOutcome.Ok(body.Text ?? "")),
            HookEvents.UserPromptSubmit => HookInput.OfPrompt(context, body.Text ?? ""),
            HookEvents.SessionStart => HookInput.OfStart(context, string.IsNullOrEmpty(body.Text) ? "startup" : body.Text),
            _ => HookInput.OfStop(context, body.Text ?? "", isAgain: false),
        };
        string[] names = body.Event == HookEvents.SessionStart ? [string.IsNullOrEmpty(body.Text) ? "startup" : body.Text] : tool is null ? [] : [Tools.FamiliarTools.TheirsOf(tool), tool.WireName, tool.PolicyName];
        List<TestedHook> tested = [];
        foreach (var hook in listing.Hooks.Where(hook => hook.Event == body.Event && hook.Matches(names)))
        {
            var run = await process.RunAsync(hook, input, context, http.RequestAborted);
            var answer = HookAnswer.Of(run);
            var isGuard = body.Event is HookEvents.PreToolUse or HookEvents.UserPromptSubmit;
            tested.Add(new(BodyOf(hook), run.Trouble is null ? run.ExitCode : null, answer.Trouble is null ? answer.Decision ?? "none" : isGuard ? "deny" : "none", answer.Trouble ?? answer.Reason, answer.Context, answer.Stops, run.Stdout, run.Stderr, (long)run.Took.TotalMilliseconds));
        }
        await audit.AppendAsync(new("hook.tested", "hook", folder ?? "user", $"{http.Surface()}:{Caller.Of(http).Name}", AuditDetails.Of(("event", body.Event), ("tool", body.Tool)), "ok"), http.RequestAborted);
        await http.WriteAsync(new TestedHooks(tested, input), HooksJson.Default.TestedHooks);
    }

    private async Task<(string? Folder, HookListing Listing, bool IsTrusted)> FindAsync(string? folder, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(folder))
        {
            return (null, shelf.List(null), false);
        }
        if (!Path.IsPathFullyQualified(folder) || !Directory.Exists(folder))
        {
            throw new PryxException("VALIDATION_ERROR", "workspace: an existing folder, absolute, is expected");
        }
        var canonical = Files.WorkspacePath.Canonicalize(folder);
        var isTrusted = await isTrustedAsync(canonical, cancellationToken);
        return (canonical, shelf.List(isTrusted ? canonical : null), isTrusted);
    }

    private static string NameOf(HookOrigin origin) => origin == HookOrigin.User ? "user" : "workspace";

    private static HookBody BodyOf(HookDefinition hook) => new(hook.Event, hook.Matcher, hook.Command, hook.Timeout.TotalSeconds, NameOf(hook.Origin), hook.Path, hook.Hosts);
}
