using System.CommandLine;
using Pryx.Terminal;

namespace Pryx.Commands.Completion;

/// <summary><c>pryx completion SHELL</c>: a script that knows every command; only names that live in the store are asked for at the Tab.</summary>
internal static class CompletionCommand
{
    public static Command Create(CommandIo io)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or powershell" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "powershell");
        var command = new Command("completion", "Print the script that completes commands, options and names at the Tab key") { shell };
        command.SetAction(parsed =>
        {
            io.Out.Write(new CompletionScript((RootCommand)parsed.RootCommandResult.Command).For(parsed.GetValue(shell)!));
            return ExitCodes.Ok;
        });
        return command.WithExamples("""
            pryx completion bash > ~/.local/share/bash-completion/completions/pryx
            pryx completion zsh > "${fpath[1]}/_pryx"
            pryx completion fish > ~/.config/fish/completions/pryx.fish
            pryx completion powershell >> $PROFILE
            """);
    }
}
