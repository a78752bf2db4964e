using Pryx.Protocol;

namespace Pryx.Core.Telemetry;

/// <summary>A session's stretch of work as telemetry tells of it: from its first turn until nothing has happened for half an hour, or the end of Core.</summary>
internal sealed class TelemetrySession(DateTimeOffset started, string surface, string model, bool isSampled)
{
    // PRD §11.2: less than 1 KB a session for tier 1, about 5 KB with tier 2. What is left of tier 1 always holds the end.
    private const int Tier1Bytes = 1024;
    private const int Tier2Bytes = 5 * 1024;
    private const int Tier3Bytes = 256 * 1024;
    private const int EndBytes = 350;
    private int _bytes;
    private int _tier1Bytes;

    /// <summary>Made up: nothing leads from it to the session.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("D");
    public DateTimeOffset Started { get; } = started;
    public DateTimeOffset LastSeen { get; set; } = started;
    public string Surface { get; } = surface;
    public string Model { get; } = model;
    public bool IsSampled { get; } = isSampled;
    public long Messages { get; set; }
    public long Tools { get; set; }

    /// <summary>How the calls that run were decided.</summary>
    public Dictionary<(TurnId Turn, string Call), string> Decisions { get; } = [];

    /// <summary>Whether an event of this size may still be sent for the session; counts it when it may.</summary>
    public bool TrySpend(int tier, int bytes, bool isEnd)
    {
        var reserve = isEnd ? 0 : EndBytes;
        var fits = tier switch
        {
            1 => _tier1Bytes + bytes + reserve < Tier1Bytes,
            2 => _bytes + bytes + reserve <= Tier2Bytes,
            _ => _bytes + bytes + reserve <= Tier3Bytes,
        };
        if (fits)
        {
            _bytes += bytes;
            _tier1Bytes += tier == 1 ? bytes : 0;
        }
        return fits;
    }
}
