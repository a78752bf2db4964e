using System.CommandLine;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Access;

/// <summary><c>pryx provider …</c>: keys go to the vault, never to a file, a log or the screen.</summary>
internal static class ProviderCommand
{
    public static Command Create(CommandIo io)
    {
        var name = new Argument<string>("NAME") { Description = "openai, anthropic, openrouter …" };
        var setKey = new Command("set-key", "Store a provider's API key; typed without echo, or from stdin") { name };
        setKey.SetAction((parsed, cancellationToken) => ClientCommand.RunAsync(io, (client, token) => SetKeyAsync(client, io, parsed.GetValue(name)!, token), cancellationToken));
        var command = new Command("provider", "Set up the providers that serve models") { setKey.WithExamples("pryx provider set-key anthropic\npryx provider set-key openai < key.txt") };
        return command.WithExamples("pryx provider set-key anthropic");
    }

    private static async Task<int> SetKeyAsync(IPryxClient client, CommandIo io, string name, CancellationToken cancellationToken)
    {
        string? key;
        if (io.IsInTerminal)
        {
            io.Keyboard.Discard();
            key = await LineInput.ReadAsync(io, $"API key for {SafeText.Line(name, 60)} (not shown): ", "", isSecret: true, cancellationToken);
        }
        else
        {
            key = await Task.Run(io.OpenIn().ReadLine, cancellationToken).WaitAsync(cancellationToken);
        }
        if (string.IsNullOrWhiteSpace(key))
        {
            throw new PryxException("KEY_EMPTY", "API key cannot be empty", $"pryx provider set-key {name}");
        }
        var place = await client.SetProviderKeyAsync(name, key.Trim(), cancellationToken);
        io.Out.WriteLine($"The key for {SafeText.Line(name, 60)} is stored in {SafeText.Line(place)}.");
        return ExitCodes.Ok;
    }
}
