using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;

namespace Pryx.Core.Turns;

/// <summary>What keeps a turn from running, and whether it will stay that way.</summary>
internal static class TurnTrouble
{
    /// <summary>As the turn's end tells it; null for what nobody foresaw.</summary>
    public static PryxException? Of(Exception e) => e switch
    {
        PryxException known => known,
        ModelException model => new(model.Code, model.Message, inner: model),
        _ => null,
    };

    /// <summary>True when trying again later would meet the same: no such folder, model, or rule. Trouble with the store or the vault passes.</summary>
    public static bool IsFinal(Exception e) => e switch
    {
        PryxException known => !IsOfStore(known) && !known.Code.StartsWith("VAULT_", StringComparison.Ordinal) && known.Code != "SESSION_NOT_FOUND",
        ModelException { Failure: ModelFailure.NotConfigured } => true,
        _ => false,
    };

    public static bool IsOfStore(PryxException e) => e.Code.StartsWith("STORAGE_", StringComparison.Ordinal);
}
