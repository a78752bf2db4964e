namespace Pryx.Agent.Approvals;

/// <summary>Nobody has answered a question in time, and it stays open: the turn is to wait for the answer without a process.</summary>
public sealed class ParkedException() : Exception("Nobody has answered in time; the turn waits for the answer.");
