using System.Globalization;
using System.Text.Json;
using Pryx.Host;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Audit;

/// <summary>The export as it comes: to stdout, or to a file that is there only when all of it is.</summary>
internal static class AuditExportFile
{
    public static async Task<int> WriteAsync(ApiConnection api, CommandIo io, string format, string query, string? file, CancellationToken cancellationToken)
    {
        using var answer = await api.SendAsync("GET", $"/api/v1/audit/export?format={format}{query}", null, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            var error = JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(cancellationToken), ProtocolJson.Default.ErrorBody)!.Error;
            throw new PryxException(error.Code, error.Message, error.Next);
        }
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        if (file is null)
        {
            await PrintAsync(body, io, cancellationToken);
            return ExitCodes.Ok;
        }
        var path = Path.GetFullPath(file, io.WorkingDirectory);
        var size = await ReplaceAsync(path, body, cancellationToken);
        io.Error.WriteLine($"Wrote {SafeText.Line(path)} ({size.ToString("N0", CultureInfo.InvariantCulture)} bytes)");
        return ExitCodes.Ok;
    }

    private static async Task PrintAsync(Stream body, CommandIo io, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(body);
        var buffer = new char[16 * 1024];
        while (await reader.ReadBlockAsync(buffer, cancellationToken) is > 0 and var read)
        {
            // What a model wrote must not move a terminal's cursor; a pipe gets it as it is.
            io.Out.Write(io.IsOutTerminal ? SafeText.Of(new string(buffer, 0, read).Replace("\r\n", "\n", StringComparison.Ordinal)) : new string(buffer, 0, read));
        }
    }

    // Only its owner's: what the model did is nobody else's business.
    private static async Task<long> ReplaceAsync(string path, Stream body, CancellationToken cancellationToken)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        try
        {
            long size;
            await using (var stream = new FileStream(temporary, options))
            {
                await body.CopyToAsync(stream, cancellationToken);
                stream.Flush(flushToDisk: true);
                size = stream.Length;
            }
            File.Move(temporary, path, overwrite: true);
            return size;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PryxException("EXPORT_FAILED", $"{path} can not be written: {e.Message}", "choose another file with --output; what was there is as it was", e);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
