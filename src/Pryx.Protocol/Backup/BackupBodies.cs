using System.Text.Json.Serialization;

namespace Pryx.Protocol.Backup;

// GET  /api/v1/backups                BackupList
// POST /api/v1/backups                BackupInput → BackupBody
// POST /api/v1/backups/verify         BackupCheckInput → BackupBody
// POST /api/v1/imports                ImportInput → ImportBody

/// <summary>What is to be written.</summary>
public sealed record BackupInput
{
    /// <summary>Where; absolute, and nothing is there yet. Null: a file of its own name in the data directory's backups.</summary>
    public string? Path { get; init; }

    /// <summary>False leaves sessions, their costs and what undo needs out: what is left is what one takes to another machine.</summary>
    public bool Sessions { get; init; } = true;

    /// <summary>Put the keys and tokens in, sealed with this. Null leaves them out.</summary>
    public string? Passphrase { get; init; }
}

public sealed record BackupCheckInput(string Path);

/// <param name="Path">Absolute.</param>
/// <param name="Version">Of the Pryx that wrote it.</param>
/// <param name="Schema">Of its database; 0 without one.</param>
/// <param name="Bytes">Of the file.</param>
/// <param name="Files">How many are in it.</param>
public sealed record BackupBody(string Path, string Version, int Schema, DateTimeOffset CreatedAt, long Bytes, int Files, bool Sessions, bool Secrets)
{
    /// <summary>Why it can not be restored; null when it can.</summary>
    public string? Trouble { get; init; }
}

public sealed record BackupList(IReadOnlyList<BackupBody> Backups);

public sealed record ImportInput
{
    /// <summary>A file that export or backup has written, a folder, or <c>claude</c> or <c>openclaw</c> for what those keep below the home folder.</summary>
    public required string From { get; init; }

    /// <summary>False only says what would be taken.</summary>
    public bool Apply { get; init; }

    /// <summary>What is there already is replaced, too; it is set aside.</summary>
    public bool Replace { get; init; }

    /// <summary>Take values that look like secrets, too: those of another tool's servers, or with its passphrase those of a backup.</summary>
    public bool Secrets { get; init; }
    public string? Passphrase { get; init; }
}

/// <param name="Kind">server, skill, agent, command, policy, settings, memory, secret.</param>
/// <param name="State">new, same, taken: what is there stays, replaced, imported, refused.</param>
/// <param name="Note">What is worth knowing of it; null for nothing.</param>
public sealed record ImportEntry(string Kind, string Name, string State, string? Note = null);

/// <param name="From">Where all of it was found.</param>
public sealed record ImportBody(string From, IReadOnlyList<ImportEntry> Entries, bool Applied);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BackupInput))]
[JsonSerializable(typeof(BackupCheckInput))]
[JsonSerializable(typeof(BackupBody))]
[JsonSerializable(typeof(BackupList))]
[JsonSerializable(typeof(ImportInput))]
[JsonSerializable(typeof(ImportBody))]
public sealed partial class BackupJson : JsonSerializerContext;
