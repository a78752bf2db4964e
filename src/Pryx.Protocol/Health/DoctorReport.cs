using System.Text.Json.Serialization;

namespace Pryx.Protocol.Health;

/// <summary>What was looked at, in a fixed order (PRD §7.1 <c>pryx doctor</c>).</summary>
/// <param name="Status"><c>healthy</c> or <c>unhealthy</c>: something has failed.</param>
public sealed record DoctorReport(string Status, IReadOnlyList<DoctorCheck> Checks);

/// <param name="Name">One word, such as <c>sandbox</c>.</param>
/// <param name="Status">One of <see cref="DoctorStatus"/>.</param>
/// <param name="Detail">What was found, in words for a person; never a secret.</param>
public sealed record DoctorCheck(string Name, string Status, string Detail)
{
    /// <summary>What to do: a command to type where there is one; null where nothing needs to be done.</summary>
    public string? Fix { get; init; }

    /// <summary>True where <c>pryx doctor --fix</c> does it: it is safe and loses nothing.</summary>
    public bool CanFix { get; init; }

    /// <summary>True where <c>--fix</c> has just done it.</summary>
    public bool WasFixed { get; init; }
}

public static class DoctorStatus
{
    public const string Ok = "OK";

    /// <summary>Works, but less well or less safely than it could.</summary>
    public const string Warn = "WARN";

    /// <summary>Something does not work.</summary>
    public const string Fail = "FAIL";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DoctorReport))]
public sealed partial class DoctorJson : JsonSerializerContext;
