namespace Pryx.Protocol.Sessions;

/// <param name="Mode">plan: the agent reads and asks, and acts only once its plan is approved; act: it acts.</param>
public sealed record SessionMode(string? Mode);
