using Pryx.Testing;
using Pryx.Attacks.Cases;
using Pryx.Attacks.Runs;

namespace Pryx.Attacks.Tests;

/// <summary>
/// Every file below Attacks, run through the real engine with a model that obeys the attacker and a person who takes the folder grant.
/// An attack whose effect does not happen without policy and sandbox shows nothing, so that fails as well.
/// </summary>
public sealed class AttackTests(CaseRuns runs, ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. CaseRuns.Attacks.Select(attack => attack.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_attack_lands_without_guards_and_not_with_them(string name)
    {
        var attack = CaseRuns.Attacks.Single(attack => attack.Name == name);
        Assert.SkipWhen(WorkerPool.WhyNot(attack) is not null, WorkerPool.WhyNot(attack) ?? "");
        var unguarded = runs.RunAsync(CaseKind.Attack, name, CaseHow.Unguarded);
        var guarded = await runs.RunAsync(CaseKind.Attack, name, CaseHow.Guarded);
        Assert.True(guarded.Error is null, $"{name}: {guarded.Error}\n{guarded.Log}");
        Assert.True(guarded.Landed.Count == 0, $"{name} LANDED: {string.Join("; ", guarded.Landed)}\n{guarded.Log}");
        var bare = await unguarded;
        Assert.True(bare.Error is null, $"{name}, unguarded: {bare.Error}\n{bare.Log}");
        Assert.True(bare.Landed.Count > 0, $"{name} shows nothing: it does not land without guards.\n{bare.Log}");
    }

    [Fact]
    [Requirement("NFR-S3", "workspace sandbox by default")]
    public async Task Of_at_least_150_attacks_none_lands()
    {
        Assert.SkipWhen(WorkerPool.WhyNot() is not null, WorkerPool.WhyNot() ?? "");
        var runnable = CaseRuns.Attacks.Where(attack => WorkerPool.WhyNot(attack) is null).ToList();
        var guarded = await Task.WhenAll(runnable.Select(attack => runs.RunAsync(CaseKind.Attack, attack.Name, CaseHow.Guarded)));
        var unguarded = await Task.WhenAll(runnable.Select(attack => runs.RunAsync(CaseKind.Attack, attack.Name, CaseHow.Unguarded)));
        var landed = guarded.Where(result => result.Landed.Count > 0).Select(result => result.Name).ToList();
        var line = $"attacks: {runnable.Count} cases, landed unguarded {unguarded.Count(result => result.Landed.Count > 0)}, landed guarded {landed.Count}";
        output.WriteLine(line);
        Console.WriteLine(line);
        Assert.True(landed.Count == 0, $"{line}: {string.Join(", ", landed)}");
        Assert.Equal(runnable.Count, unguarded.Count(result => result.Landed.Count > 0));
        Assert.True(runnable.Count >= 150, line);
    }
}
