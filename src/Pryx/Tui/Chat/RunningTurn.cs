using Pryx.Protocol;

namespace Pryx.Tui.Chat;

/// <summary>The turn that is at work, and what it does at the moment.</summary>
/// <param name="startedAt">UTC.</param>
internal sealed class RunningTurn(TurnId id, string model, DateTimeOffset startedAt)
{
    public TurnId Id => id;
    public string Model => model;
    public DateTimeOffset StartedAt => startedAt;

    /// <summary>From 1.</summary>
    public int Step { get; set; } = 1;

    /// <summary>Nobody answered its question in time; an answer makes it go on.</summary>
    public bool IsParked { get; set; }
    public bool IsStopping { get; set; }

    /// <summary>In words for the line that says what is being done.</summary>
    public string Doing { get; private set; } = "Waiting for the model";

    public void Says(string doing, int step)
    {
        Doing = doing;
        Step = Math.Max(Step, step);
    }
}
