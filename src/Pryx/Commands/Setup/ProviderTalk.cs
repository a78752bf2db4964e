using System.Globalization;
using Pryx.Commands.Providers;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Providers;
using Pryx.Protocol.Setup;
using Pryx.Terminal;

namespace Pryx.Commands.Setup;

/// <summary>The step that is required, in a terminal: which provider, its key, its model. Each dead end leads back to a question.</summary>
internal sealed class ProviderTalk(SetupApi setup, Ask ask)
{
    private const int ShownModels = 8;

    public async Task<SetupBody> TakeAsync(SetupStep step, CancellationToken cancellationToken)
    {
        while (true)
        {
            var provider = await ChooseAsync(step, cancellationToken);
            if (provider is not null && await TakeAsync(provider, cancellationToken) is { } done)
            {
                return done;
            }
        }
    }

    private async Task<ProviderBody?> ChooseAsync(SetupStep step, CancellationToken cancellationToken)
    {
        if (step.Found.Count > 0)
        {
            ask.Say("  On this machine:");
            foreach (var (found, at) in step.Found.Select(static (found, at) => (found, at)))
            {
                ask.Say(SetupText.Choice(ask.Style, at + 1, found));
            }
            ask.Say(ask.Style.Dim("  Or type the name of another one: openai, anthropic, google, openrouter, groq, mistral …"));
        }
        else
        {
            ask.Say("  No key and no running model was found on this machine.");
            ask.Say(ask.Style.Dim("  With a key: openai, anthropic, google, openrouter, groq, mistral … (all: pryx provider list --available)"));
            ask.Say(ask.Style.Dim("  Without one: install Ollama (https://ollama.com), start it, and type ollama"));
        }
        var text = await ask.LineAsync(step.Found.Count > 0 ? "  Provider [1]: " : "  Provider: ", cancellationToken);
        var name = text.Length == 0 && step.Found.Count > 0 ? step.Found[0].Id
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= step.Found.Count ? step.Found[number - 1].Id : text;
        if (name.Length == 0)
        {
            ask.Warn("Without a provider nothing answers but the demo tour.", "type a name, or Esc to leave; pryx setup goes on later");
            return null;
        }
        try
        {
            return await setup.Api.FindAsync(name, cancellationToken);
        }
        catch (PryxException e)
        {
            ask.Warn(e.Message, e.Next);
            return null;
        }
    }

    /// <returns>Null: another provider is to be chosen.</returns>
    private async Task<SetupBody?> TakeAsync(ProviderBody provider, CancellationToken cancellationToken)
    {
        string? key = null;
        if (provider is { RequiresApiKey: true, KeySource: null })
        {
            key = await ask.LineAsync($"  API key for {SafeText.Line(provider.Name)} (not shown; Enter for another provider): ", cancellationToken, isSecret: true);
            if (key.Length == 0)
            {
                if (provider.Oauth)
                {
                    ask.Say($"  With an account instead of a key: pryx provider oauth {provider.Id}");
                }
                return null;
            }
        }
        ask.Say(ask.Style.Dim($"  Asking {SafeText.Line(provider.Name)} …"));
        try
        {
            var tried = await setup.TryAsync(new(provider.Id, key), cancellationToken);
            return tried.Test.Verdict switch
            {
                ProviderVerdicts.Refused => await RefusedAsync(provider, tried, cancellationToken),
                ProviderVerdicts.Unreachable => await UnreachableAsync(provider, key, tried, cancellationToken),
                _ => await ChooseModelAsync(provider, key, tried, cancellationToken),
            };
        }
        catch (PryxException e)
        {
            ask.Warn(e.Message, e.Next);
            return null;
        }
    }

    private async Task<SetupBody?> RefusedAsync(ProviderBody provider, ProviderTried tried, CancellationToken cancellationToken)
    {
        ask.Warn($"{provider.Name} refuses the key: {tried.Test.Reason} Nothing was stored.", null);
        if (provider.KeySource is not null)
        {
            ask.Warn(provider.KeyVariable is { } variable ? $"It comes from {variable} in the environment." : "It is the one that is stored.", provider.KeyVariable is null ? $"another one: pryx provider set-key {provider.Id}" : "set that variable to another one, or unset it");
            return null;
        }
        return await ask.KeyAsync("  [Enter] type another key · [B] another provider: ", "\rb", cancellationToken) == 'b' ? null : await TakeAsync(provider, cancellationToken);
    }

    private async Task<SetupBody?> UnreachableAsync(ProviderBody provider, string? key, ProviderTried tried, CancellationToken cancellationToken)
    {
        ask.Warn($"{provider.Name} could not be asked: {tried.Test.Reason}", provider.Local ? "start its server" : "look at the network; pryx doctor says what is wrong with it");
        return await ask.KeyAsync(provider.Local ? "  [Enter] try again · [B] another provider: " : "  [Enter] try again · [K] keep it unproven · [B] another provider: ", provider.Local ? "\rb" : "\rkb", cancellationToken) switch
        {
            'b' => null,
            'k' => (await setup.ActAsync(SetupSteps.Provider, new SetupInput { Provider = provider.Id, ApiKey = key, Force = true }, cancellationToken)).Setup,
            _ => await setup.TryAsync(new(provider.Id, key), cancellationToken) is { Test.Verdict: not ProviderVerdicts.Unreachable } again
                ? await ChooseModelAsync(provider, key, again, cancellationToken)
                : await UnreachableAsync(provider, key, tried, cancellationToken),
        };
    }

    private async Task<SetupBody?> ChooseModelAsync(ProviderBody provider, string? key, ProviderTried tried, CancellationToken cancellationToken)
    {
        ask.Say($"  {ask.Style.Green("✓")} {SafeText.Line(provider.Name)} works ({tried.Test.LatencyMs} ms), {tried.Models.Count} models.");
        ShowModels(tried.Models, ShownModels);
        while (true)
        {
            var text = await ask.LineAsync(tried.Model is { } usual ? $"  Model [{SafeText.Line(usual)}]{(tried.Models.Count > ShownModels ? " (? lists all)" : "")}: " : "  Model: ", cancellationToken);
            if (text == "?")
            {
                ShowModels(tried.Models, int.MaxValue);
                continue;
            }
            try
            {
                var answer = await setup.ActAsync(SetupSteps.Provider, new SetupInput { Provider = provider.Id, ApiKey = key, Model = text.Length > 0 ? text : tried.Model }, cancellationToken);
                if (answer.KeptIn is { } kept)
                {
                    ask.Say($"  {ask.Style.Green("✓")} The key is kept in {SafeText.Line(kept)}.");
                }
                if (answer.Note is { } note)
                {
                    ask.Warn(note, null);
                }
                return answer.Setup;
            }
            catch (PryxException e) when (e.Code is "MODEL_UNLISTED" or "MODEL_INVALID")
            {
                ask.Warn(e.Message, e.Next);
            }
        }
    }

    private void ShowModels(IReadOnlyList<string> models, int most)
    {
        foreach (var model in models.Take(most))
        {
            ask.Say(ask.Style.Dim($"   {SafeText.Line(model)}"));
        }
        if (models.Count > most)
        {
            ask.Say(ask.Style.Dim($"   … and {models.Count - most} more"));
        }
    }
}
