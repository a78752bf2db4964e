using System.Globalization;

namespace Pryx.Core.Checkpoints;

/// <summary>What stands at a path.</summary>
internal enum PathKind { Absent, File, Folder, Link, Other }

/// <summary>How a path was at one moment. Two that are the <see cref="Same"/> need no restoring.</summary>
/// <param name="Mode">Permission bits.</param>
/// <param name="Size">Of a file, in bytes.</param>
/// <param name="Content">
/// Of a file: the SHA-256 of its bytes in hexadecimal; <c>~</c> and the time of its last change for one that is too large to be remembered;
/// null where only the mode counts.
/// </param>
/// <param name="Target">Of a link.</param>
/// <param name="Owner">User and group, "0:0"; put back where that is allowed, and not compared.</param>
internal sealed record PathState(PathKind Kind, int Mode = 0, long Size = 0, string? Content = null, string? Target = null, string Owner = "")
{
    /// <summary>Tells which paths are one file, of one that has other names; 0 for all others. Not stored.</summary>
    public ulong SharedAs { get; init; }

    public static PathState Absent { get; } = new(PathKind.Absent);

    /// <summary>False for a file whose bytes were not kept: it can be recognised, not brought back.</summary>
    public bool IsRestorable => Kind != PathKind.Other && Content?.StartsWith('~') != true;

    public bool Same(PathState other) => Kind == other.Kind && Kind switch
    {
        PathKind.File => Mode == other.Mode && (Content is null || other.Content is null || Content == other.Content),
        PathKind.Folder => Mode == other.Mode,
        PathKind.Link => Target == other.Target,
        PathKind.Absent => true,
        _ => false,
    };

    /// <summary>As it is stored.</summary>
    public override string ToString() => Kind switch
    {
        PathKind.File => string.Create(CultureInfo.InvariantCulture, $"file {Mode} {Owner} {Size} {Content ?? "-"}"),
        PathKind.Folder => string.Create(CultureInfo.InvariantCulture, $"folder {Mode} {Owner}"),
        PathKind.Link => $"link {Target}",
        PathKind.Other => "other",
        _ => "absent",
    };

    /// <exception cref="FormatException">It was not written by <see cref="ToString"/>.</exception>
    public static PathState Parse(string text)
    {
        var parts = text.Split(' ', 5);
        return parts[0] switch
        {
            "file" => new(PathKind.File, int.Parse(parts[1], CultureInfo.InvariantCulture), long.Parse(parts[3], CultureInfo.InvariantCulture), parts[4] == "-" ? null : parts[4], Owner: parts[2]),
            "folder" => new(PathKind.Folder, int.Parse(parts[1], CultureInfo.InvariantCulture), Owner: parts[2]),
            "link" => new(PathKind.Link, Target: text["link ".Length..]),
            "other" => new(PathKind.Other),
            "absent" => Absent,
            _ => throw new FormatException($"'{parts[0]}' is no state of a path."),
        };
    }
}
