using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Core.Configuration;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Hosting;

/// <summary><c>metadata.json</c>: the daemon that runs on this data directory.</summary>
/// <param name="Url">As a program on this machine reaches it.</param>
/// <param name="HostPid">The supervisor's; null without one.</param>
public sealed record Metadata(string Url, int Port, int Pid, int? HostPid, string Version, DateTimeOffset StartedAt);

/// <summary>
/// How a daemon is found: <c>metadata.json</c>, and <c>runtime.port</c> with the port's digits alone. Each is replaced whole. They are
/// there while it runs and answers; a daemon that was killed leaves them behind, so whoever reads them asks /health before it believes.
/// </summary>
public static class Announcement
{
    /// <exception cref="PryxException">STORAGE_…: they can not be written.</exception>
    public static void Write(PryxPaths paths, Metadata metadata)
    {
        try
        {
            var port = Encoding.ASCII.GetBytes(metadata.Port.ToString(CultureInfo.InvariantCulture));
            PrivateFile.Replace(LastPortPath(paths), port);
            PrivateFile.Replace(paths.Metadata, JsonSerializer.SerializeToUtf8Bytes(metadata, MetadataJson.Default.Metadata));
            // Last: whoever sees the port finds the rest.
            PrivateFile.Replace(paths.RuntimePort, port);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove(paths);
            throw StorageErrors.Translate(e, paths.Data);
        }
    }

    /// <summary>Safe to repeat, and on a disk that can no longer be written.</summary>
    public static void Remove(PryxPaths paths)
    {
        foreach (var path in (ReadOnlySpan<string>)[paths.RuntimePort, paths.Metadata])
        {
            try
            {
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A stale file is what a killed daemon leaves too: nobody trusts it.
            }
        }
    }

    /// <summary>Null when there is none that can be read.</summary>
    public static Metadata? Read(PryxPaths paths)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(paths.Metadata), MetadataJson.Default.Metadata);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Where the last daemon listened; null when there was none.</summary>
    public static int? ReadLastPort(PryxPaths paths)
    {
        try
        {
            return int.TryParse(File.ReadAllText(LastPortPath(paths)), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535 ? port : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string LastPortPath(PryxPaths paths) => Path.Combine(paths.Cache, "last.port");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Metadata))]
internal sealed partial class MetadataJson : JsonSerializerContext;
