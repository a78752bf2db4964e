using Pryx.Protocol.Health;

namespace Pryx.Core.Health.Doctoring;

/// <summary>Looks at one thing.</summary>
/// <param name="LookAsync">Whatever it throws is a FAIL with its message.</param>
public sealed record DoctorProbe(string Name, Func<CancellationToken, Task<DoctorCheck>> LookAsync)
{
    /// <summary>Puts right what is wrong, where that is safe; null where a person has to.</summary>
    public Func<CancellationToken, Task>? FixAsync { get; init; }

    public static DoctorProbe Of(string name, Func<DoctorCheck> look) => new(name, _ => Task.FromResult(look()));
}

/// <summary>The words of a check.</summary>
public static class DoctorWord
{
    public static DoctorCheck Ok(string name, string detail) => new(name, DoctorStatus.Ok, detail);

    public static DoctorCheck Warn(string name, string detail, string? fix = null) => new(name, DoctorStatus.Warn, detail) { Fix = fix };

    public static DoctorCheck Fail(string name, string detail, string? fix = null) => new(name, DoctorStatus.Fail, detail) { Fix = fix };
}
