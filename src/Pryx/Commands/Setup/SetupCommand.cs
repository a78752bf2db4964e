using System.CommandLine;
using Pryx.Commands.Cloud;
using Pryx.Commands.Providers;
using Pryx.Commands.Run;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Setup;
using Pryx.Terminal;

namespace Pryx.Commands.Setup;

/// <summary><c>pryx setup</c>: from nothing to the first answer, by questions or by flags; it can be left, gone on with and repeated.</summary>
internal static class SetupCommand
{
    public static Command Create(CommandIo io)
    {
        var options = new SetupOptions();
        var command = new Command("setup", "Set Pryx up: cloud sign-in (optional), provider and model, workspace and mode, first tools (optional), first chat");
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var choices = options.Of(parsed);
            string? said = null;
            var folder = io.WorkingDirectory;
            // A failure of setting up is 1, not the 4 of a provider that fails a turn.
            var code = await ProviderCall.RunAsync(io, async (api, token) =>
            {
                var setup = new SetupApi(api, io.WorkingDirectory);
                if (choices.Restart)
                {
                    await setup.RestartAsync(token);
                }
                if (choices.TakesSteps)
                {
                    await TakeAsync(io, setup, choices, token);
                }
                else if (!choices.IsStatus && !choices.IsJson && io.CanAsk)
                {
                    try
                    {
                        said = await new SetupTalk(io, setup).RunAsync(choices.Step, token);
                    }
                    catch (LeftException)
                    {
                        io.Error.WriteLine();
                    }
                }
                else if (!choices.IsStatus && !choices.IsJson)
                {
                    await RefuseAsync(io, setup, token);
                }
                var state = await setup.ReadAsync(token);
                Show(io, state, choices.IsJson);
                folder = state.Steps.FirstOrDefault(static step => step.Id == SetupSteps.Workspace)?.Workspace ?? folder;
                return state.Ready || choices.TakesSteps ? ExitCodes.Ok : ExitCodes.Failed;
            }, cancellationToken);
            return said is null ? code : await SayAsync(io, said, folder);
        });
        return command.WithExamples("""
            pryx setup
            pryx setup --status
            pryx setup --provider openai --key-stdin < key.txt
            pryx setup --provider ollama --model qwen3:8b --workspace . --mode ask --skip cloud,abilities
            pryx setup --mcp docs=https://mcp.example.com --skill weather
            pryx setup --step workspace
            """);
    }

    private static async Task TakeAsync(CommandIo io, SetupApi setup, SetupChoices choices, CancellationToken cancellationToken)
    {
        // What may fail comes first: nothing else is half done then.
        if (choices.Provider is { } provider)
        {
            var key = choices.HasKeyOnStdin ? await KeyPrompt.ReadAsync(io, "API key (not shown): ", cancellationToken) : null;
            if (key is "")
            {
                throw new PryxException("KEY_EMPTY", "API key cannot be empty", $"pryx setup --provider {provider} --key-stdin < key.txt");
            }
            var answer = await setup.ActAsync(SetupSteps.Provider, new SetupInput { Provider = provider, ApiKey = key, Model = choices.Model, Endpoint = choices.Endpoint, Force = choices.IsForced }, cancellationToken);
            if (answer.Note is { } note)
            {
                io.Warn(note);
            }
        }
        if (choices.Workspace is not null || choices.Mode is not null)
        {
            var folder = Path.GetFullPath(io.Environment.ExpandHome(choices.Workspace ?? "."), io.WorkingDirectory);
            if ((await setup.ActAsync(SetupSteps.Workspace, new SetupInput { Workspace = folder, Mode = choices.Mode }, cancellationToken)).Note is { } note)
            {
                io.Warn(note);
            }
        }
        foreach (var server in choices.Servers)
        {
            await setup.AddServerAsync(server, cancellationToken);
        }
        foreach (var skill in choices.Skills)
        {
            await setup.EnableSkillAsync(skill, cancellationToken);
        }
        if (choices.Login)
        {
            await new DeviceLogin(io, io.Error, io.ErrorStyle, opensBrowser: false).SignInAsync(setup.Api, cancellationToken);
        }
        foreach (var step in choices.Skip)
        {
            await setup.ActAsync(step, new(SetupActions.Skip), cancellationToken);
        }
        if (choices.Dismiss)
        {
            await setup.DismissAsync(cancellationToken);
        }
    }

    private static async Task RefuseAsync(CommandIo io, SetupApi setup, CancellationToken cancellationToken)
    {
        if (!(await setup.ReadAsync(cancellationToken)).Ready)
        {
            SetupText.Write(io.Error, io.ErrorStyle, await setup.ReadAsync(cancellationToken));
            throw UsageError.Of("Nobody can be asked here: this is no terminal.", "pryx setup --provider openai --key-stdin < key.txt, or --provider ollama for a model on this machine");
        }
    }

    private static void Show(CommandIo io, SetupBody state, bool isJson)
    {
        if (isJson)
        {
            io.WriteJson(state, SetupJson.Default.SetupBody);
        }
        else
        {
            SetupText.Write(io.Out, io.OutStyle, state);
        }
    }

    // The first chat is a run like any other; what was open for setup is closed by then.
    private static async Task<int> SayAsync(CommandIo io, string prompt, string folder)
    {
        using var interrupts = io.Interrupts();
        return await new RunFlow(io, new RunOptions { Workspace = folder, Prompt = prompt }, interrupts).RunAsync();
    }
}
