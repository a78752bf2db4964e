using System.CommandLine;
using System.CommandLine.Help;
using Pryx.Terminal;

namespace Pryx.Commands.Providers;

/// <summary><c>pryx provider …</c>: who serves models, and with which key. Everything works without a daemon and without a network.</summary>
internal static class ProviderCommand
{
    public static Command Create(CommandIo io)
    {
        var command = new Command("provider", "Set up the providers that serve models")
        {
            ProviderListCommand.Create(io),
            ProviderKeyCommands.Add(io),
            ProviderKeyCommands.SetKey(io),
            ProviderChoiceCommands.Use(io),
            ProviderChoiceCommands.Remove(io),
            ProviderTestCommand.Create(io),
            ProviderSigninCommand.Create(io),
        };
        command.Aliases.Add("providers");
        command.WithExamples("""
            pryx provider list --available
            pryx provider add anthropic
            pryx provider set-key openai < key.txt
            pryx provider use openai --model gpt-4o
            pryx provider test openrouter
            pryx provider oauth google
            """);
        // The contract's own: a missing subcommand is 1, not the 2 of other commands.
        command.SetAction(parsed =>
        {
            new HelpAction().Invoke(parsed);
            return ExitCodes.Failed;
        });
        return command;
    }

    /// <summary>Completes with the ids that are known by heart; any other id can be typed.</summary>
    public static Argument<string> Name(string description = "openai, anthropic, openrouter, ollama …") => new("NAME")
    {
        HelpName = "NAME",
        Description = description,
        CompletionSources = { static _ => ["openai", "anthropic", "google", "openrouter", "groq", "xai", "mistral", "cohere", "together", "deepseek", "glm", "ollama", "lmstudio", "vllm", "llamacpp"] },
    };
}
