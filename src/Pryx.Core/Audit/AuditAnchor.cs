using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Core.Storage;
using Pryx.Protocol.Audit;

namespace Pryx.Core.Audit;

/// <summary>
/// Where the log stood a moment ago, in a file beside the database (0600, <c>pryx.db.audit.anchor</c>), sealed with the key. It names only
/// what was on disk before it was written, so it may lag behind the log and never leads: a log that ends before it was cut.
/// </summary>
/// <param name="Seq">The entry it names; 0 for an empty log.</param>
/// <param name="Hash">Of that entry.</param>
/// <param name="From">The first entry that is checked: 1, or the one by which a break was accepted.</param>
/// <param name="SealedFrom">The first entry that must carry a seal.</param>
/// <param name="At">UTC; empty for the first one.</param>
internal sealed record AuditAnchor(long Seq, string Hash, long From, long SealedFrom, string At)
{
    public AuditAcceptance? Accepted { get; init; }
    public string? Seal { get; init; }

    public static string PathOf(string database) => database + ".audit.anchor";

    /// <summary>Null when there is none; one that can not be read fits no seal.</summary>
    public static AuditAnchor? Read(string database)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(database)), AnchorJson.Default.AuditAnchor) ?? Unreadable;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return Unreadable;
        }
    }

    public void Write(string database, AuditSeal seal) =>
        PrivateFile.Replace(PathOf(database), JsonSerializer.SerializeToUtf8Bytes(this with { Seal = seal.Of(Content()) }, AnchorJson.Default.AuditAnchor));

    public bool IsSealedBy(AuditSeal seal) => Seal is { } given && seal.Fits(Content(), Encoding.UTF8.GetBytes(given));

    private static AuditAnchor Unreadable => new(0, "", 1, 1, "");

    // Its own words before it: no seal of a row is one of an anchor.
    private byte[] Content() => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        new AnchorContent("pryx audit anchor", Seq.ToString(CultureInfo.InvariantCulture), Hash, From, SealedFrom, At, Accepted), AnchorJson.Default.AnchorContent));
}

internal sealed record AnchorContent(string Kind, string Seq, string Hash, long From, long SealedFrom, string At, AuditAcceptance? Accepted);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditAnchor))]
[JsonSerializable(typeof(AnchorContent))]
internal sealed partial class AnchorJson : JsonSerializerContext;
