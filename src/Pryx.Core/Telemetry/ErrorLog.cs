using System.Globalization;
using Pryx.Core.Storage;
using Pryx.Core.Turns;
using Pryx.Protocol;

namespace Pryx.Core.Telemetry;

/// <summary>
/// <c>logs/errors.log</c>: one entry for each unexpected failure, found by the trace id that the user was shown.
/// At 1 MB it becomes <c>errors.1.log</c>. Nothing leaves the machine.
/// </summary>
public sealed class ErrorLog(string directory, TimeProvider time) : ITurnLog
{
    private const long LargestFile = 1024 * 1024;
    private readonly Lock _gate = new();

    public void TurnFailed(TurnId turn, string traceId, Exception error) => Write($"turn={turn}", traceId, error);

    public void RequestFailed(string traceId, Exception error) => Write("request", traceId, error);

    /// <summary>The process is ending by it.</summary>
    public void Crashed(Exception error) => Write("crash", "none", error);

    private void Write(string what, string traceId, Exception error)
    {
        try
        {
            lock (_gate)
            {
                DatabaseFile.CreatePrivateDirectory(directory);
                var path = Path.Combine(directory, "errors.log");
                if (new FileInfo(path) is { Exists: true, Length: > LargestFile })
                {
                    File.Move(path, Path.Combine(directory, "errors.1.log"), overwrite: true);
                }
                File.AppendAllText(path, string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} trace={traceId} {what} {error}\n"));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk must not turn one failure into two; the user still gets the message itself.
            Console.Error.WriteLine($"The error log in {directory} can not be written: {e.Message}");
        }
    }
}
