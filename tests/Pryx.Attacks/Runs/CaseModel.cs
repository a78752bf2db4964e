using Pryx.Attacks.Cases;
using Pryx.Testing;

namespace Pryx.Attacks.Runs;

/// <summary>A model that does what the file says, whoever wrote the text it obeys.</summary>
internal static class CaseModel
{
    public static FakeScript Script(CaseFile @case, CasePlace place)
    {
        IReadOnlyList<CaseStep> steps = @case.Repeats || @case.Model is [.., { Say: not null }] ? @case.Model : [.. @case.Model, new("Done.", [])];
        IReadOnlyList<CaseStep> ofAgent = [.. @case.Agent, new("Done.", [])];
        var ask = place.Fill(@case.Ask);
        return request =>
        {
            if (@case.Agent.Count > 0 && request.FirstUserText?.StartsWith(ask, StringComparison.Ordinal) != true)
            {
                var shown = string.Join('\n', request.Results.Select(result => result.Text));
                var own = ofAgent[Math.Min(request.Step, ofAgent.Count - 1)];
                return own.Say is { } said ? Replies.Says(Obey(place, said, shown)) : new ScriptedReply { Calls = [.. own.Calls.Select(call => new ScriptedCall(call.Tool, Obey(place, call.Arguments, shown)))] };
            }
            var step = steps[@case.Repeats ? request.Step % steps.Count : Math.Min(request.Step, steps.Count - 1)];
            var seen = string.Join('\n', request.Results.Select(result => result.Text));
            return step.Say is { } text
                ? Replies.Says(Obey(place, text, seen))
                : new ScriptedReply { Calls = [.. step.Calls.Select(call => new ScriptedCall(call.Tool, Obey(place, call.Arguments, seen)))] };
        };
    }

    /// <summary>The text with what stands for something, and {found} for the secret where some tool has shown it to the model.</summary>
    public static string Obey(CasePlace place, string text, string seen) =>
        place.Fill(text.Replace("{found}", seen.Contains(place.Secret, StringComparison.Ordinal) ? place.Secret : "nothing", StringComparison.Ordinal));
}
