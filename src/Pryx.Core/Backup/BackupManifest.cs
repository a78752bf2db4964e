using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pryx.Core.Backup;

/// <summary>The first entry of a backup: what it is, and what must be in it.</summary>
/// <param name="Format">Of this file; 1.</param>
/// <param name="Version">Of the Pryx that wrote it.</param>
/// <param name="Schema">Of the database; 0 when there is none in it.</param>
internal sealed record BackupManifest(int Format, string Version, int Schema, DateTimeOffset CreatedAt, IReadOnlyList<BackedUpFile> Files)
{
    public const int KnownFormat = 1;
    public const string Name = "manifest.json";
    public const string Database = "pryx.db";
    public const string Secrets = "secrets.sealed";

    /// <summary>Bytes. A manifest is a list of names; a larger one is something else.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    public bool HasDatabase => Files.Any(static file => file.Path == Database);
    public bool HasSecrets => Files.Any(static file => file.Path == Secrets);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BackupManifestJson.Default.BackupManifest);

    /// <exception cref="JsonException">It is none.</exception>
    public static BackupManifest Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, BackupManifestJson.Default.BackupManifest) is { Files: not null, Version: not null } manifest ? manifest : throw new JsonException("It is empty.");
}

/// <param name="Path">Below the data directory, with forward slashes.</param>
/// <param name="Sha256">Hexadecimal, in lower case.</param>
internal sealed record BackedUpFile(string Path, long Bytes, string Sha256);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupManifestJson : JsonSerializerContext;
