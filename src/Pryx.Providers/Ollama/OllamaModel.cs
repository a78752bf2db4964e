namespace Pryx.Providers.Ollama;

/// <summary>A model that is installed at an Ollama.</summary>
/// <param name="Size">Of its files, in bytes: about what its weights take in memory.</param>
public sealed record OllamaModel(string Name, long Size);

/// <summary>What /api/show says of a model.</summary>
/// <param name="Context">Tokens it was trained for; null when it does not say.</param>
/// <param name="Capabilities">Such as <c>tools</c>, <c>vision</c>, <c>thinking</c>; null from servers too old to say.</param>
public sealed record OllamaDetails(long? Context, IReadOnlyList<string>? Capabilities);

/// <summary>One line of a download.</summary>
/// <param name="Status">In Ollama's words: <c>pulling manifest</c>, <c>pulling 6a0746a1ec1a</c>, <c>verifying sha256 digest</c>, <c>success</c>.</param>
/// <param name="Digest">Of the file that is loaded; null between files.</param>
/// <param name="Total">Bytes of that file.</param>
/// <param name="Completed">Bytes of it that are there.</param>
public sealed record PullLine(string Status, string? Digest, long? Total, long? Completed);
