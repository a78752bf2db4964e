using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using static Pryx.Agent.Tests.Policy.PolicyCase;

namespace Pryx.Agent.Tests.Policy;

public sealed class PolicyAlgebraTests
{
    private sealed class Says(string name, Decision? decision, bool holds = false) : IPolicyLayer
    {
        public string Name => name;
        public bool HoldsAgainstGrants => holds;
        public Decision? Decision => decision;
        public Judgement? Judge(PolicyRequest request, ToolAccess? access, GrantSet grants) =>
            decision is { } said ? new(said, name, "said") : null;
    }

    private sealed class Breaks : IPolicyLayer
    {
        public string Name => "broken";
        public bool HoldsAgainstGrants => false;
        public Judgement? Judge(PolicyRequest request, ToolAccess? access, GrantSet grants) => throw new InvalidOperationException("secret detail");
    }

    [Fact]
    public void Layers_in_any_order_give_the_strictest_and_grants_lower_only_what_does_not_hold()
    {
        var random = new Random(20250117);
        var request = Request("tool.x");
        for (var round = 0; round < 5_000; round++)
        {
            var layers = Enumerable.Range(0, random.Next(0, 6))
                .Select(i => new Says($"l{i}", random.Next(4) is var d && d == 3 ? null : (Decision)d, random.Next(3) == 0)).ToArray();
            var isGranted = random.Next(2) == 0;
            var spoken = layers.Where(layer => layer.Decision is not null).ToArray();
            var strictest = spoken.Length == 0 ? Decision.Ask : spoken.Max(layer => layer.Decision!.Value);
            var holds = spoken.Any(layer => layer.HoldsAgainstGrants && layer.Decision == Decision.Ask);
            var expected = strictest == Decision.Ask && isGranted && !holds ? Decision.Allow : strictest;

            var grants = isGranted ? Grants("tool.x") : GrantSet.Empty;
            var actual = new PolicySet(layers, grants).Judge(request).Decision;
            random.Shuffle(layers);
            Assert.Equal(expected, actual);
            Assert.Equal(expected, new PolicySet(layers, grants).Judge(request).Decision);
            // One more layer never makes it milder, unless nobody had spoken.
            var more = new PolicySet([.. layers, new Says("more", (Decision)random.Next(3))], grants).Judge(request).Decision;
            Assert.True(more >= actual || spoken.Length == 0);
        }
    }

    [Fact]
    public void The_accesses_of_a_call_are_judged_one_by_one_and_the_strictest_counts()
    {
        var random = new Random(7);
        (ToolAccess Access, Decision Decision)[] known =
        [
            (Read("/home/u/project/a"), Decision.Allow), (Read("/opt/a"), Decision.Ask), (Write("/home/u/project/a"), Decision.Ask),
            (Write("/opt/a"), Decision.Deny), (Read("/etc/shadow"), Decision.Deny),
        ];
        var policy = Under(PolicyMode.WorkspaceOnly);
        for (var round = 0; round < 1_000; round++)
        {
            var picked = Enumerable.Range(0, random.Next(1, 6)).Select(_ => known[random.Next(known.Length)]).ToArray();
            Assert.Equal(picked.Max(pick => pick.Decision), policy.Judge(Request("filesystem.patch", [.. picked.Select(pick => pick.Access)])).Decision);
        }
    }

    [Fact]
    public async Task A_layer_that_fails_denies_and_keeps_its_details()
    {
        var judgement = await new PolicySet([new Says("a", Decision.Allow), new Breaks()], Grants("tool.x")).JudgeAsync(Request("tool.x"), TestContext.Current.CancellationToken);
        Assert.Equal(Decision.Deny, judgement.Decision);
        Assert.Equal("broken:error", judgement.Rule);
        Assert.DoesNotContain("secret detail", judgement.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_workspace_can_tighten_and_not_loosen()
    {
        PolicyRule[] rules =
        [
            new("a", ToolRule.Parse("http.request"), Decision.Allow),
            new("b", ToolRule.Parse("shell.exec:rm*"), Decision.Deny, "This folder forbids rm."),
            new("c", ToolRule.Parse("filesystem.write:docs/**"), Decision.Deny),
        ];
        var policy = PolicySet.Create(PolicyMode.WorkspaceOnly, Scope, Grants("shell.exec:rm x", "folder"), new RuleLayer("workspace", rules, Home, canOnlyTighten: true));
        Assert.Equal(Decision.Ask, policy.Judge(Request("http.request", Connect("a.example"))).Decision);
        Assert.Equal("This folder forbids rm.", policy.Judge(Request("shell.exec", Run("rm x"))).Reason);
        Assert.Equal(Decision.Deny, policy.Judge(Request("shell.exec", Run("/bin/rm x"))).Decision);
        Assert.Equal(Decision.Deny, policy.Judge(Request("shell.exec", Run("rm x; ls"))).Decision);
        Assert.Equal(Decision.Deny, policy.Judge(Request("filesystem.write", Write("/home/u/project/docs/a"))).Decision);
        Assert.Equal(Decision.Allow, policy.Judge(Request("filesystem.write", Write("/home/u/project/src/a"))).Decision);
    }

    [Fact]
    public void Within_a_layer_the_strictest_of_the_matching_rules_counts()
    {
        PolicyRule[] rules =
        [
            new("1", ToolRule.Parse("shell.exec:git*"), Decision.Allow),
            new("2", ToolRule.Parse("shell.exec:git push*"), Decision.Deny),
            new("3", ToolRule.Parse("shell.exec:git push origin*"), Decision.Ask),
        ];
        var policy = new PolicySet([new RuleLayer("user", rules, Home)], GrantSet.Empty);
        Assert.Equal(Decision.Deny, policy.Judge(Request("shell.exec", Run("git push origin main"))).Decision);
        Assert.Equal(Decision.Allow, policy.Judge(Request("shell.exec", Run("git status"))).Decision);
        Assert.Equal("default", policy.Judge(Request("shell.exec", Run("ls"))).Rule);
    }
}
