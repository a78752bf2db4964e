using Pryx.Protocol;

namespace Pryx.Core.Turns;

/// <summary>Where a turn's unexpected failure is written down, under the trace id the user sees. Never the content of messages.</summary>
public interface ITurnLog
{
    void TurnFailed(TurnId turn, string traceId, Exception error);
}
