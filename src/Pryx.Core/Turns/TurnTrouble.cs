using Pryx.Agent.Turns;
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
        ModelException model => new(TurnRunner.CodeOf(model), model.Message, inner: model),
        _ => null,
    };

    /// <summary>True when trying again later would meet the same: no such folder, model, or rule. The store's own trouble passes.</summary>
    public static bool IsFinal(Exception e) => Of(e) is { } known && !IsOfStore(known) && known.Code != "SESSION_NOT_FOUND";

    public static bool IsOfStore(PryxException e) => e.Code.StartsWith("STORAGE_", StringComparison.Ordinal);
}
