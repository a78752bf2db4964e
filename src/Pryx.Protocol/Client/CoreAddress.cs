namespace Pryx.Protocol.Client;

/// <summary>Where Core answers, and what opens its routes.</summary>
/// <param name="Url">Without a path.</param>
/// <param name="Token">Null where none is wanted.</param>
public sealed record CoreAddress(Uri Url, string? Token);
