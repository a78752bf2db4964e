using System.Globalization;
using Pryx.Commands.Cloud;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Setup;
using Pryx.Terminal;

namespace Pryx.Commands.Setup;

/// <summary>Setup in a terminal: one question after the other, Enter takes what is proposed, Escape leaves and loses nothing.</summary>
internal sealed class SetupTalk(CommandIo io, SetupApi setup)
{
    private readonly Ask _ask = new(io);

    /// <param name="only">The one step to take, done or not; null for all that are open.</param>
    /// <returns>What the person wants to say first; null for nothing.</returns>
    /// <exception cref="LeftException">The person left.</exception>
    public async Task<string?> RunAsync(string? only, CancellationToken cancellationToken)
    {
        var state = await setup.ReadAsync(cancellationToken);
        if (only is not null)
        {
            await TakeAsync(Step(state, only), cancellationToken);
            return null;
        }
        _ask.Say(_ask.Style.Bold("Welcome to Pryx!"));
        _ask.Say(_ask.Style.Dim("Enter takes what is proposed, Esc leaves; pryx setup goes on where you were."));
        string? said = null;
        foreach (var (id, number) in SetupSteps.All.Select(static (id, at) => (id, at)))
        {
            var step = Step(await setup.ReadAsync(cancellationToken), id);
            _ask.Say();
            if (step.State != SetupStates.Open)
            {
                _ask.Say(SetupText.Line(_ask.Style, step).TrimStart());
                continue;
            }
            _ask.Say(_ask.Style.Bold($"Step {number}: {step.Title}") + _ask.Style.Dim(step.Required ? " (required)" : " (optional)"));
            said = await TakeAsync(step, cancellationToken);
        }
        return said;
    }

    private async Task<string?> TakeAsync(SetupStep step, CancellationToken cancellationToken)
    {
        switch (step.Id)
        {
            case SetupSteps.Cloud:
                await CloudAsync(cancellationToken);
                return null;
            case SetupSteps.Provider:
                var after = await new ProviderTalk(setup, _ask).TakeAsync(step, cancellationToken);
                _ask.Say($"  {_ask.Style.Green("✓")} {SafeText.Line(after.Model ?? "-")} answers from now on.");
                return null;
            case SetupSteps.Workspace:
                await WorkspaceAsync(step, cancellationToken);
                return null;
            case SetupSteps.Abilities:
                await AbilitiesAsync(step, cancellationToken);
                return null;
            default:
                _ask.Say($"  {SafeText.Line(step.Summary)}.");
                return await _ask.LineAsync("  Say something (Enter: later): ", cancellationToken) is { Length: > 0 } text ? text : null;
        }
    }

    private async Task CloudAsync(CancellationToken cancellationToken)
    {
        _ask.Say(_ask.Style.Dim("  Devices that know each other, and an overview without your data. Pryx works without it."));
        while (await _ask.KeyAsync("  [Enter] start login · [S] skip (offline): ", "\rs", cancellationToken) != 's')
        {
            try
            {
                await new DeviceLogin(io, io.Error, io.ErrorStyle, opensBrowser: true).SignInAsync(setup.Api, cancellationToken);
                return;
            }
            catch (PryxException e)
            {
                _ask.Warn($"Login failed: {e.Message}", e.Next);
            }
        }
        await setup.ActAsync(SetupSteps.Cloud, new(SetupActions.Skip), cancellationToken);
        _ask.Say("  Offline. Later: pryx login");
    }

    private async Task WorkspaceAsync(SetupStep step, CancellationToken cancellationToken)
    {
        while (true)
        {
            var folder = await _ask.LineAsync($"  Folder to work in [{SafeText.Line(step.Workspace ?? setup.Folder)}]: ", cancellationToken);
            _ask.Say("  What may happen there unasked:");
            foreach (var (found, at) in step.Found.Select(static (found, at) => (found, at)))
            {
                _ask.Say(SetupText.Choice(_ask.Style, at + 1, found));
            }
            var mode = await _ask.LineAsync($"  Mode [{SafeText.Line(step.Mode ?? "workspace-only")}]: ", cancellationToken);
            try
            {
                var answer = await setup.ActAsync(SetupSteps.Workspace, new SetupInput
                {
                    Workspace = folder.Length > 0 ? Path.GetFullPath(io.Environment.ExpandHome(folder), io.WorkingDirectory) : step.Workspace,
                    Mode = mode.Length == 0 ? step.Mode : int.TryParse(mode, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= step.Found.Count ? step.Found[number - 1].Id : mode,
                }, cancellationToken);
                if (answer.Note is { } note)
                {
                    _ask.Warn(note, "pryx setup --step workspace");
                }
                return;
            }
            catch (PryxException e)
            {
                _ask.Warn(e.Message, e.Next);
            }
        }
    }

    private async Task AbilitiesAsync(SetupStep step, CancellationToken cancellationToken)
    {
        var offered = step.Found.Where(static found => !found.Active).ToList();
        foreach (var (found, at) in offered.Select(static (found, at) => (found, at)))
        {
            _ask.Say(SetupText.Choice(_ask.Style, at + 1, found));
        }
        _ask.Say(_ask.Style.Dim("  An MCP server: NAME=https://host/mcp or NAME=program arguments"));
        while (true)
        {
            var text = await _ask.LineAsync("  Number, server, or Enter to skip: ", cancellationToken);
            try
            {
                if (text.Length == 0)
                {
                    await setup.ActAsync(SetupSteps.Abilities, new(SetupActions.Skip), cancellationToken);
                    return;
                }
                if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= offered.Count)
                {
                    await setup.EnableSkillAsync(offered[number - 1].Id, cancellationToken);
                    _ask.Say($"  {_ask.Style.Green("✓")} The skill {SafeText.Line(offered[number - 1].Id)} is on.");
                }
                else
                {
                    _ask.Say($"  {_ask.Style.Green("✓")} Added: {SafeText.Line(await setup.AddServerAsync(text, cancellationToken))}. Look at it with: pryx mcp test {SafeText.Line(text.Split('=')[0].Trim())}");
                }
                await setup.ActAsync(SetupSteps.Abilities, new(SetupActions.Complete), cancellationToken);
                return;
            }
            catch (PryxException e)
            {
                _ask.Warn(e.Message, e.Next);
            }
        }
    }

    private static SetupStep Step(SetupBody state, string id) => state.Steps.First(step => step.Id == id);
}
