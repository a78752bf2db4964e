using System.Globalization;
using System.Text;
using Pryx.Agent.Context;
using Pryx.Agent.Tools;
using Pryx.Core.Sessions;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;

namespace Pryx.Core.Agents;

/// <summary>A model's call for an agent, from the call to what the model reads of it. What happens in between is the agent's own session.</summary>
public sealed class AgentCalls(AgentDesk desk, AgentBuilder builder, SessionStore sessions)
{
    /// <summary>Characters of the agent's last message that its caller reads.</summary>
    public const int MaxReport = 8_000;

    public async Task<ToolOutcome> RunAsync(AgentCall call, CancellationToken cancellationToken)
    {
        List<string> notes = [.. call.Definition.Notes];
        Agent agent;
        try
        {
            if (await desk.FindAsync(call.Id, cancellationToken) is null)
            {
                await desk.SpawnAsync(await builder.BuildAsync(call, notes, cancellationToken), cancellationToken);
            }
            agent = await desk.WaitToEndAsync(call.Id, cancellationToken);
        }
        catch (PryxException e)
        {
            return ToolOutcome.Error($"{e.Message}{(e.Next is { } next ? $" Next: {next}" : "")}");
        }
        var (provenance, source) = ContextBuilder.TaintOf(await sessions.ReadItemsAsync(agent.SessionId, cancellationToken));
        return new(agent.Status == "completed" ? ToolStatus.Completed : ToolStatus.Failed, TextOf(agent, notes))
        {
            // Words that were written after reading a stranger's may be the stranger's.
            Provenance = provenance == Provenance.Untrusted ? Provenance.Untrusted : Provenance.Tool,
            Source = provenance == Provenance.Untrusted ? $"{source ?? "an untrusted source"}, read by the agent {agent.Name}" : null,
        };
    }

    private static string TextOf(Agent agent, List<string> notes)
    {
        var text = new StringBuilder();
        var output = agent.Output?.Trim() ?? "";
        if (agent.Status != "completed")
        {
            text.Append(CultureInfo.InvariantCulture, $"The agent did not finish: {agent.Error ?? agent.Status}");
            text.Append(output.Length > 0 ? "\nWhat it said last:\n" : "");
        }
        text.Append(output.Length <= MaxReport ? output : $"{output[..(char.IsHighSurrogate(output[MaxReport - 1]) ? MaxReport - 1 : MaxReport)]}\n[cut: {output.Length - MaxReport:N0} more characters are in its session]");
        if (output.Length == 0 && agent.Status == "completed")
        {
            text.Append("(it ended without a report)");
        }
        text.Append(CultureInfo.InvariantCulture, $"\n\n[agent {agent.Name} · {agent.Status} · {agent.Steps} steps · {(agent.CostUsd is { } usd ? $"${usd:0.####}" : "cost unknown")} · session {agent.SessionId}]");
        if (agent is { Worktree: { } worktree, Branch: { } branch })
        {
            text.Append(CultureInfo.InvariantCulture, $"\n[its changes are in {worktree}, branch {branch}; nothing was merged]");
        }
        foreach (var note in notes)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n[note: {note}]");
        }
        return text.ToString();
    }
}
