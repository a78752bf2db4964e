using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Pryx.Core.Configuration;
using Pryx.Core.Secrets.Detection;
using Pryx.Protocol.Health;

namespace Pryx.Core.Health.Doctoring;

/// <summary>
/// What somebody who helps needs to see. The log holds no text of anybody by itself; all of it is looked through for secrets once more,
/// eagerly: a harmless value that is left out costs less than a key that is not.
/// </summary>
/// <param name="logPath">The log in use.</param>
public sealed class SupportBundle(PryxPaths paths, string logPath, string version)
{
    /// <summary>Bytes from the end of the log.</summary>
    private const int LogTail = 256 * 1024;

    /// <returns>A ZIP archive.</returns>
    public byte[] Write(DoctorReport report)
    {
        using var buffer = new MemoryStream();
        using (var archive = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(archive, "doctor.json", JsonSerializer.Serialize(report, DoctorJson.Default.DoctorReport));
            Add(archive, "about.txt", $"pryx {version}\n{RuntimeInformation.OSDescription}\n{RuntimeInformation.FrameworkDescription}\n{RuntimeInformation.ProcessArchitecture}\n");
            Add(archive, "config.yaml", TextOf(paths.Config, LogTail));
            Add(archive, "log.txt", TextOf(logPath, LogTail));
        }
        return buffer.ToArray();
    }

    private void Add(ZipArchive archive, string name, string text)
    {
        using var writer = new StreamWriter(archive.CreateEntry(name).Open(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        foreach (var line in text.Split('\n'))
        {
            writer.Write(Masked(line.Replace(paths.Home, "~", StringComparison.Ordinal)));
            writer.Write('\n');
        }
    }

    private static string Masked(string line)
    {
        var found = new List<SecretSpan>();
        SecretDetector.Find(line, isEager: true, found);
        if (found.Count == 0)
        {
            return line;
        }
        var text = new StringBuilder();
        var at = 0;
        foreach (var span in found.OrderBy(static span => span.Start))
        {
            if (span.Start >= at)
            {
                text.Append(line, at, span.Start - at).Append("***");
                at = span.Start + span.Length;
            }
        }
        return text.Append(line, at, line.Length - at).ToString();
    }

    private static string TextOf(string path, int tail)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(-Math.Min(tail, file.Length), SeekOrigin.End);
            using var reader = new StreamReader(file);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{Path.GetFileName(path)} could not be read: {e.Message}";
        }
    }
}
