using Pryx.Commands.Gateway;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Setup;

/// <summary>After the very first run: the one line that says what else there is. It never comes again, and delays nothing that was asked for.</summary>
internal static class SetupHint
{
    public static async Task ShowAsync(CommandIo io, string folder, CancellationToken cancellationToken)
    {
        try
        {
            await ApiCall.RunAsync(io, async (api, token) =>
            {
                // Without a model the run itself has said so.
                if (await new SetupApi(api, folder).ReadyAsync(token) is { Ready: true, Hint: { } hint })
                {
                    io.Error.WriteLine(io.ErrorStyle.Dim(SafeText.Line(hint, 300)));
                }
                return ExitCodes.Ok;
            }, cancellationToken);
        }
        catch (PryxException)
        {
            // The run has had its answer; what is wrong by now is said by the next command.
        }
    }
}
