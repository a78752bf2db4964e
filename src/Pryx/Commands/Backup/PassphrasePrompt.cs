using Pryx.Commands.Providers;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Backup;

/// <summary>A passphrase, typed without echo or from PRYX_BACKUP_PASSPHRASE; never from the command line, which everybody on the machine can read.</summary>
internal static class PassphrasePrompt
{
    private const string Variable = "PRYX_BACKUP_PASSPHRASE";

    /// <summary>A new one: typed twice.</summary>
    public static async Task<string> NewAsync(CommandIo io, CancellationToken cancellationToken)
    {
        if (io.Reach.Variable(Variable) is { } set)
        {
            return set;
        }
        var one = await ReadAsync(io, "Passphrase for the keys: ", cancellationToken);
        return one == await ReadAsync(io, "Once more: ", cancellationToken) ? one : throw new PryxException("PASSPHRASE_DIFFERS", "The two are not the same. Nothing was written.", "try again");
    }

    public static async Task<string> ExistingAsync(CommandIo io, CancellationToken cancellationToken) => io.Reach.Variable(Variable) ?? await ReadAsync(io, "Passphrase of the backup: ", cancellationToken);

    private static async Task<string> ReadAsync(CommandIo io, string prompt, CancellationToken cancellationToken)
    {
        if (!io.CanAsk)
        {
            throw UsageError.Of("Nobody is there to type a passphrase.", $"set {Variable}");
        }
        return await KeyPrompt.ReadAsync(io, prompt, cancellationToken);
    }
}
