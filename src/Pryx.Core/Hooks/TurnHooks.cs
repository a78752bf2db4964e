using System.Collections.Concurrent;
using Pryx.Agent.Hooks;
using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Core.Audit;
using Pryx.Core.Tools;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;

namespace Pryx.Core.Hooks;

/// <summary>
/// The hooks of one turn, as they were when it began. They only tighten: what one allows is still asked and denied as policy says, and a
/// guard that can not run, does not end or speaks nonsense denies.
/// </summary>
/// <param name="place">Where the turn happens, for what is no tool call.</param>
/// <param name="decidedAsync">Writes down each decision: hook, what it was about, outcome, reason.</param>
public sealed class TurnHooks(HookListing listing, HookProcess process, ToolContext place, Func<HookDefinition?, string, string, string?, CancellationToken, Task> decidedAsync) : IHooks
{
    private readonly ConcurrentQueue<Notice> _notices = new();
    private volatile string? _stopped;

    public string? Stopped => _stopped;

    public async ValueTask<HookVerdict> BeforeToolAsync(HookedCall call, CancellationToken cancellationToken)
    {
        if (listing.Broken is [var broken, ..])
        {
            // Whether it holds a guard nobody knows.
            return await RefuseAsync(null, call, $"the hooks in {broken.Path} can not be read: {broken.Message}", null, cancellationToken);
        }
        var verdict = HookVerdict.Nothing;
        var (arguments, isChanged) = (call.Arguments, false);
        List<HookWords> words = [];
        foreach (var hook in Of(HookEvents.PreToolUse, call.Tool))
        {
            var answer = HookAnswer.Of(await process.RunAsync(hook, HookInput.OfTool(hook.Event, call.Context, call.Tool, arguments, null), call.Context, cancellationToken));
            Tell(hook, answer);
            if (answer.Trouble is { } trouble)
            {
                return await RefuseAsync(hook, call, $"the guard {hook.Name} has failed: {trouble}", SourceOf(hook), cancellationToken);
            }
            if (answer.Decision == "deny" || answer.Stops is not null)
            {
                return await RefuseAsync(hook, call, answer.Reason ?? answer.Stops ?? "no reason was given", SourceOf(hook), cancellationToken);
            }
            if (answer.Context is { } context)
            {
                words.Add(new(context, SourceOf(hook)));
            }
            if (answer.UpdatedInput is { } updated)
            {
                (arguments, isChanged) = (HookInput.Back(updated, arguments, call.Context.Workspace), true);
                await decidedAsync(hook, call.Tool.PolicyName, "changed", null, cancellationToken);
            }
            if (answer.Decision == "ask")
            {
                await decidedAsync(hook, call.Tool.PolicyName, "ask", answer.Reason, cancellationToken);
                verdict = new(Decision.Ask, RuleOf(hook), $"A hook asks: {(SourceOf(hook) is null && answer.Reason is { } why ? Skills.HiddenText.Line(why, 300) : hook.Name)}");
            }
        }
        return verdict with { Arguments = isChanged ? arguments : null, Words = Joined(words) };
    }

    public async ValueTask<HookWords?> AfterToolAsync(HookedCall call, ToolOutcome outcome, CancellationToken cancellationToken)
    {
        List<HookWords> words = [];
        foreach (var hook in Of(HookEvents.PostToolUse, call.Tool))
        {
            var answer = HookAnswer.Of(await process.RunAsync(hook, HookInput.OfTool(hook.Event, call.Context, call.Tool, call.Arguments, outcome), call.Context, cancellationToken));
            Tell(hook, answer);
            if (answer.Decision == "deny")
            {
                await decidedAsync(hook, call.Tool.PolicyName, "objected", answer.Reason, cancellationToken);
                words.Add(new(answer.Reason ?? "it objects to this result", SourceOf(hook)));
            }
            if (answer.Context is { } context)
            {
                words.Add(new(context, SourceOf(hook)));
            }
        }
        return Joined(words);
    }

    public async ValueTask<HookWords?> BeforeEndAsync(string reply, bool isAgain, CancellationToken cancellationToken)
    {
        foreach (var hook in listing.Hooks.Where(static hook => hook.Event == HookEvents.Stop))
        {
            var answer = HookAnswer.Of(await process.RunAsync(hook, HookInput.OfStop(place, reply, isAgain), place, cancellationToken));
            Tell(hook, answer);
            if (answer is { Decision: "deny", Stops: null })
            {
                await decidedAsync(hook, "turn", "goes on", answer.Reason, cancellationToken);
                return new(answer.Reason ?? "it is not done yet", SourceOf(hook));
            }
        }
        return null;
    }

    /// <summary>A message before it is stored, and the beginning of a session.</summary>
    /// <param name="start">How the session begins with this message, startup or resume; null when it goes on.</param>
    /// <returns>What the model reads behind the message; null for nothing.</returns>
    /// <exception cref="PryxException">HOOK_DENIED</exception>
    public async Task<HookWords?> BeforeInputAsync(string prompt, string? start, CancellationToken cancellationToken)
    {
        if (listing.Broken is [var broken, ..])
        {
            throw new PryxException("HOOK_DENIED", $"The hooks in {broken.Path} can not be read: {broken.Message}. Whether one of them guards this is not known.", "put the file right; pryx hooks list shows it");
        }
        List<HookWords> words = [];
        foreach (var hook in listing.Hooks.Where(hook => hook.Event == HookEvents.UserPromptSubmit || (start is not null && hook.Event == HookEvents.SessionStart && hook.Matches([start]))))
        {
            var isGuard = hook.Event == HookEvents.UserPromptSubmit;
            var input = isGuard ? HookInput.OfPrompt(place, prompt) : HookInput.OfStart(place, start!);
            var answer = HookAnswer.Of(await process.RunAsync(hook, input, place, cancellationToken));
            Tell(hook, answer);
            if (isGuard && (answer.Trouble ?? (answer.Decision == "deny" || answer.Stops is not null ? answer.Reason ?? answer.Stops ?? "no reason was given" : null)) is { } why)
            {
                await decidedAsync(hook, "input", "deny", why, cancellationToken);
                throw new PryxException("HOOK_DENIED", answer.Trouble is null ? $"A hook did not let this message through: {why}" : $"The guard {hook.Name} has failed: {why}. The message was not taken.", "pryx hooks list shows the hooks that hold here");
            }
            if (answer.Context is { } context)
            {
                words.Add(new(context, SourceOf(hook)));
            }
        }
        return Joined(words);
    }

    public IReadOnlyList<Notice> TakeNotices()
    {
        List<Notice> taken = [];
        while (_notices.TryDequeue(out var notice))
        {
            taken.Add(notice);
        }
        return taken;
    }

    private IEnumerable<HookDefinition> Of(string name, ToolDefinition tool)
    {
        string[] names = [FamiliarTools.TheirsOf(tool), tool.WireName, tool.PolicyName];
        return listing.Hooks.Where(hook => hook.Event == name && hook.Matches(names));
    }

    private async Task<HookVerdict> RefuseAsync(HookDefinition? hook, HookedCall call, string reason, string? source, CancellationToken cancellationToken)
    {
        await decidedAsync(hook, call.Tool.PolicyName, "deny", reason, cancellationToken);
        return new(Decision.Deny, RuleOf(hook), reason) { Words = source is null ? null : new(reason, source) };
    }

    private void Tell(HookDefinition hook, HookAnswer answer)
    {
        if (answer.Trouble is { } trouble && hook.Event is not HookEvents.PreToolUse)
        {
            _notices.Enqueue(new Notice("hook", $"The hook {hook.Name} has failed: {Redaction.OfText(trouble)}"));
        }
        if (answer.Message is { } message)
        {
            _notices.Enqueue(new Notice("hook", Skills.HiddenText.Line(Redaction.OfText(message), 500)));
        }
        _stopped ??= answer.Stops;
    }

    private static HookWords? Joined(List<HookWords> words) => words.Count == 0 ? null
        : new(string.Join('\n', words.Select(static one => one.Text)), words.Select(static one => one.Source).FirstOrDefault(static source => source is not null));

    private static string RuleOf(HookDefinition? hook) => $"hook:{hook?.Event ?? "file"}";

    // The folder's author is not the user, and what a program prints may come from anywhere.
    private static string? SourceOf(HookDefinition hook) => hook.Origin == HookOrigin.Workspace ? $"the hook {hook.Name} of this folder" : null;
}
