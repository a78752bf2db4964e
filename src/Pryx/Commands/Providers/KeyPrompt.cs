using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Providers;

/// <summary>Gets a secret from the person: typed without echo, or the first line of stdin.</summary>
internal static class KeyPrompt
{
    /// <summary>Empty when nothing was given.</summary>
    /// <exception cref="PryxException">It can not be a key.</exception>
    /// <param name="isWhole">From stdin everything is taken, not one line: keys in files have many.</param>
    public static async Task<string> ReadAsync(CommandIo io, string question, CancellationToken cancellationToken, bool isWhole = false)
    {
        string? key;
        if (io.IsInTerminal)
        {
            io.Keyboard.Discard();
            key = await LineInput.ReadAsync(io, question, "", isSecret: true, cancellationToken) ?? throw new OperationCanceledException("Given up by the person.");
        }
        else
        {
            key = await Task.Run(() => isWhole ? io.OpenIn().ReadToEnd() : io.OpenIn().ReadLine(), cancellationToken).WaitAsync(cancellationToken);
        }
        return key?.Trim() ?? "";
    }

    /// <summary>A question with No as the answer of whoever just presses Enter; false where nobody can be asked.</summary>
    public static async Task<bool> ConfirmAsync(CommandIo io, string question, CancellationToken cancellationToken)
    {
        if (!io.CanAsk)
        {
            return false;
        }
        io.Keyboard.Discard();
        return await LineInput.ReadAsync(io, $"{question} [y/N] ", "", isSecret: false, cancellationToken) is { } answer && answer.Trim().ToLowerInvariant() is "y" or "yes";
    }
}
