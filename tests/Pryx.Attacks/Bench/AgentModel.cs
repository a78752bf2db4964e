using Pryx.Attacks.Cases;
using Pryx.Attacks.Runs;
using Pryx.Testing;

namespace Pryx.Attacks.Bench;

/// <summary>The model behind another agent: it plays the case's steps with the tools that this agent offers.</summary>
internal sealed class AgentModel(CaseFile @case, CasePlace place, AgentFile agent)
{
    public ScriptedReply Reply(FakeRequest request)
    {
        var offered = OfferedTool.Of(request.Body);
        if (offered.Count == 0)
        {
            // A title for the session, or whether the prompt is about a new topic: agents ask such things on the side.
            return Replies.Says("ok");
        }
        var seen = string.Join('\n', request.Results.Select(static result => result.Text));
        var map = new ToolMap(agent, offered, place.Workspace);
        // Told from the results, whatever else the agent puts between them.
        var left = request.Results.Count;
        var total = @case.Model.Sum(static step => step.Calls.Count);
        left = @case.Repeats && total > 0 ? left % total : left;
        foreach (var step in @case.Model)
        {
            if (step.Calls.Count > 0 && left >= step.Calls.Count)
            {
                left -= step.Calls.Count;
                continue;
            }
            if (step.Say is { } text)
            {
                return Replies.Says(CaseModel.Obey(place, text, seen));
            }
            var calls = step.Calls.Skip(left).Select(call => map.Map(call with { Arguments = CaseModel.Obey(place, call.Arguments, seen) })).OfType<ScriptedCall>().ToList();
            return calls.Count > 0 ? new ScriptedReply { Calls = calls } : Replies.Says("There is no tool for that.");
        }
        return Replies.Says("Done.");
    }
}
