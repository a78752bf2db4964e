using System.Text.Json.Serialization;

namespace Pryx.Protocol.Diagnostics;

/// <param name="Files">Endings of the files it takes.</param>
/// <param name="Kind">command, or lsp.</param>
public sealed record CodeChecker(string Name, IReadOnlyList<string> Files, string Kind, string Command);

/// <param name="Line">From 1; 0 where it has none.</param>
public sealed record CodeError(string File, int Line, string Message);

/// <summary>What looks for errors on this machine, and what it has found in a file.</summary>
/// <param name="Use">As configured: auto, always, off or names.</param>
/// <param name="Sandboxed">False: there is no sandbox here, so nothing is run.</param>
public sealed record CodeDiagnostics(string Use, bool Sandboxed, IReadOnlyList<CodeChecker> Checkers)
{
    /// <summary>Who looks at such a file; null where nobody does.</summary>
    public string? CheckedBy { get; init; }

    /// <summary>Null where nobody could look: the checker was not found inside the sandbox, or took too long.</summary>
    public IReadOnlyList<CodeError>? Errors { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CodeDiagnostics))]
public sealed partial class CodeDiagnosticsJson : JsonSerializerContext;
