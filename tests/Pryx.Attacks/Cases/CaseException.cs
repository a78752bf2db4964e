namespace Pryx.Attacks.Cases;

/// <summary>A case file can not be read; the message names file and line.</summary>
public sealed class CaseException(string message) : Exception(message);
