using Pryx.Commands.Providers;
using Pryx.Terminal;

namespace Pryx.Commands;

/// <summary>A yes that a person types before something that is not taken back lightly.</summary>
internal static class Confirmation
{
    /// <param name="flag">Which says yes beforehand.</param>
    /// <returns>False when the answer is anything else.</returns>
    /// <exception cref="Protocol.Errors.PryxException">USAGE: there is nobody to ask.</exception>
    public static async Task<bool> AskAsync(CommandIo io, string question, string flag, CancellationToken cancellationToken)
    {
        if (!io.CanAsk)
        {
            throw UsageError.Of("Nobody is there to be asked.", $"the same command with {flag}");
        }
        if (await KeyPrompt.ConfirmAsync(io, SafeText.Of(question), cancellationToken))
        {
            return true;
        }
        io.Error.WriteLine("Nothing was changed.");
        return false;
    }
}
