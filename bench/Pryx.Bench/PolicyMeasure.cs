using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Protocol;
using Pryx.Protocol.Items;

namespace Pryx.Bench;

/// <summary>One judgement of a command under many rules, none of which fits. In the harness's own process: as part of a whole one it could not be seen.</summary>
internal static class PolicyMeasure
{
    private const int RulesOfEachKind = 250, JudgementsOfARun = 1_000;
    private const string Home = "/home/u";

    public static Measure Run(int runs, int warmUps)
    {
        var grants = new GrantSet([.. Enumerable.Range(0, RulesOfEachKind).Select(i => new Grant($"grant:{i}", ToolRule.ParseGrant($"shell.exec:tool{i} sub{i}*"), IsStanding: true))], Home);
        PolicyRule[] rules = [.. Enumerable.Range(0, RulesOfEachKind).Select(i => new PolicyRule($"{i}", ToolRule.Parse($"shell.exec:prog{i} x*"), Decision.Deny))];
        var policy = PolicySet.Create(PolicyMode.WorkspaceOnly, new() { Home = Home, DataDirectory = $"{Home}/.pryx" }, grants, new RuleLayer("user", rules, Home));
        var plan = new ToolPlan("bench", [new ToolAccess(AccessKind.Execute, "dotnet test src/Pryx.Tests --no-build -v q")]);
        var request = new PolicyRequest("shell.exec", plan, new SessionId(Guid.Empty), $"{Home}/project", Provenance.User);
        if (policy.Judge(request).Decision != Decision.Ask)
        {
            throw new InvalidOperationException($"A command that no rule fits must be asked, not {policy.Judge(request).Decision}.");
        }
        var values = Enumerable.Range(0, warmUps + runs).Select(_ => MicrosecondsOfOne(() => policy.Judge(request))).Skip(warmUps);
        return new("policy evaluation, 500 rules", "µs", "one judgement of a shell command under 250 grants and 250 rules of the user, none of which fits; a run is the mean of 1,000", 50, null,
            [new Sample("the harness's process", Build.Release, [.. values])]);
    }

    private static double MicrosecondsOfOne(Action judge)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < JudgementsOfARun; i++)
        {
            judge();
        }
        return TimeProvider.System.GetElapsedTime(started).TotalMicroseconds / JudgementsOfARun;
    }
}
