using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;

namespace Pryx.Commands;

/// <summary>What the process ends with; documented in docs/guides/run.md.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int DeniedForWantOfPerson = 3;
    public const int Provider = 4;
    public const int Limit = 5;
    public const int Stopped = 130;

    /// <summary>Core to its host: this can not start, and will not by being tried again. Nobody else sees it.</summary>
    public const int Refused = 78;

    public static int Of(TurnEndedPayload ended) => ended switch
    {
        { Outcome: "cancelled" } => Stopped,
        { DeniedForWantOfPerson: > 0 } => DeniedForWantOfPerson,
        { Outcome: "completed" } => Ok,
        { Outcome: "limited" } => Limit,
        _ => OfCode(ended.Code),
    };

    public static int Of(PryxException error) => error.Code is "USAGE" or "MODEL_INVALID" or "MODEL_AMBIGUOUS" ? Usage : OfCode(error.Code);

    private static int OfCode(string? code) => code?.StartsWith("PROVIDER_", StringComparison.Ordinal) == true ? Provider : Failed;
}
