using System.CommandLine;
using Pryx.Protocol.Client;
using Pryx.Terminal;

namespace Pryx.Commands.Access;

/// <summary><c>pryx trust</c>: lets what a folder brings act, after showing it.</summary>
internal static class TrustCommand
{
    public static Command Create(CommandIo io)
    {
        var folder = new Argument<string?>("DIR") { Arity = ArgumentArity.ZeroOrOne, Description = "Default: the current folder" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask; what it brings is still shown" };
        var command = new Command("trust", "Trust a folder's instructions, variables and servers as they are now") { folder, yes };
        command.SetAction((parsed, cancellationToken) => ClientCommand.RunAsync(io, (client, token) =>
            TrustAsync(client, io, Path.GetFullPath(parsed.GetValue(folder) ?? ".", io.WorkingDirectory), parsed.GetValue(yes), token), cancellationToken));
        return command.WithExamples("pryx trust\npryx trust ~/src/app --yes");
    }

    private static async Task<int> TrustAsync(IPryxClient client, CommandIo io, string folder, bool isYes, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            throw UsageError.Of($"There is no folder {folder}.", "check the path");
        }
        if (await client.GetTrustCardAsync(folder, cancellationToken) is not { } card)
        {
            io.Out.WriteLine("Nothing to trust: the folder brings nothing, or is trusted as it is.");
            return ExitCodes.Ok;
        }
        var prompt = new TrustPrompt(client, io);
        if (isYes)
        {
            prompt.Show(card);
        }
        else if (!io.CanAsk)
        {
            prompt.Show(card);
            throw UsageError.Of("Nobody can be asked here.", "look at the list above, then add --yes");
        }
        else if (!await prompt.AskAsync(card, cancellationToken))
        {
            io.Out.WriteLine("Not trusted.");
            return ExitCodes.Failed;
        }
        await client.TrustWorkspaceAsync(card, cancellationToken);
        io.Out.WriteLine($"Trusted {SafeText.Line(card.Workspace)} as it is now.");
        return ExitCodes.Ok;
    }
}
