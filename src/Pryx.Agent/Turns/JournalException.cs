namespace Pryx.Agent.Turns;

/// <summary>The journal could not store something, or the turn belongs to another process by now: the turn must not go on.</summary>
public class JournalException(string message, Exception? inner = null) : Exception(message, inner);
