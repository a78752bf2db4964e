using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Terminal;

namespace Pryx.Commands;

/// <summary>The one place where a failure is shown: what happened, why, what to do next.</summary>
internal static class ErrorReport
{
    /// <returns>The exit code.</returns>
    public static int Show(CommandIo io, Exception error, bool isVerbose)
    {
        var style = io.ErrorStyle;
        io.Error.WriteLine($"{style.Red("Error:")} {SafeText.Of(Message(error))}");
        if (error is PryxException { Next: { Length: > 0 } next })
        {
            io.Error.WriteLine($"{style.Bold("Next:")} {SafeText.Of(next)}");
        }
        if (error is PryxException { TraceId: { Length: > 0 } trace })
        {
            io.Error.WriteLine(style.Dim($"Trace: {SafeText.Line(trace, 64)}"));
        }
        if (isVerbose || io.Environment.IsDeveloper)
        {
            io.Error.WriteLine(style.Dim(SafeText.Of(error.ToString())));
        }
        else if (IsUnexpected(error))
        {
            io.Error.WriteLine($"{style.Bold("Next:")} run the same command with --verbose and report what it shows");
        }
        return error switch
        {
            PryxException known => ExitCodes.Of(known),
            ModelException => ExitCodes.Provider,
            OperationCanceledException => ExitCodes.Stopped,
            _ => ExitCodes.Failed,
        };
    }

    private static string Message(Exception error) => error switch
    {
        PryxException { InnerException: { } why } known when !known.Message.Contains(why.Message, StringComparison.Ordinal) => $"{known.Message} ({why.Message})",
        OperationCanceledException => "Stopped.",
        _ when IsUnexpected(error) => $"{error.GetType().Name}: {error.Message}",
        _ => error.Message,
    };

    private static bool IsUnexpected(Exception error) =>
        error is not (PryxException or ModelException or OperationCanceledException or IOException or UnauthorizedAccessException);
}
