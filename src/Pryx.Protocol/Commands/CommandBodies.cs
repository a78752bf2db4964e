using System.Text.Json.Serialization;

namespace Pryx.Protocol.Commands;

/// <param name="Kind">built-in, command or skill.</param>
public sealed record ShownWord(string Name, string Kind, string Description)
{
    public string? ArgumentHint { get; init; }

    /// <summary>Of a command: workspace or user.</summary>
    public string? Origin { get; init; }
    public string? Path { get; init; }
}

public sealed record ShownBrokenCommand(string Name, string Path, string Message);

public sealed record WordList(IReadOnlyList<ShownWord> Commands, IReadOnlyList<ShownBrokenCommand> Broken);

/// <param name="Origin">workspace or user.</param>
public sealed record ShownCommand(string Name, string Origin, string Path, string Body)
{
    public string? Description { get; init; }
    public string? ArgumentHint { get; init; }
    public IReadOnlyList<string>? AllowedTools { get; init; }
    public string? Model { get; init; }
    public string? Agent { get; init; }
}

/// <summary>The bodies of the routes below <c>/api/v1/commands</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WordList))]
[JsonSerializable(typeof(IReadOnlyList<ShownWord>))]
[JsonSerializable(typeof(ShownCommand))]
public sealed partial class CommandsJson : JsonSerializerContext;
