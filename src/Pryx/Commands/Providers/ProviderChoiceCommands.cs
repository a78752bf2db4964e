using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Protocol.Providers;
using Pryx.Terminal;

namespace Pryx.Commands.Providers;

/// <summary><c>pryx provider use</c> and <c>remove</c>.</summary>
internal static class ProviderChoiceCommands
{
    public static Command Use(CommandIo io)
    {
        var name = ProviderCommand.Name();
        var model = new Option<string?>("--model", "-m") { HelpName = "NAME", Description = "The provider's name of the model (default: its usual one)" };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("use", "Make a provider the active one; it counts from the next message on") { name, model, json };
        command.SetAction((parsed, cancellationToken) => ProviderCall.RunAsync(io, async (api, token) =>
        {
            var provider = await api.FindAsync(parsed.GetValue(name)!, token);
            var body = JsonSerializer.Serialize(new UseProvider(parsed.GetValue(model)), ProvidersJson.Default.UseProvider);
            var used = await api.CallAsync("POST", ProviderCall.PathOf(provider.Id, "/use"), body, ProvidersJson.Default.ProviderUsed, token);
            if (used.Note is { } note)
            {
                io.Warn(note);
            }
            if (parsed.GetValue(json))
            {
                io.WriteJson(used, ProvidersJson.Default.ProviderUsed);
                return ExitCodes.Ok;
            }
            io.Out.WriteLine($"Active provider: {provider.Id} ({SafeText.Line(used.ModelProvider)}/{SafeText.Line(used.ModelName)})");
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx provider use anthropic\npryx provider use openai --model gpt-4o");
    }

    public static Command Remove(CommandIo io)
    {
        var name = ProviderCommand.Name();
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("remove", "Remove a provider: its stored key, its sign-in, its place in the configuration") { name, json };
        command.Aliases.Add("rm");
        command.SetAction((parsed, cancellationToken) => ProviderCall.RunAsync(io, async (api, token) =>
        {
            var id = parsed.GetValue(name)!.Trim().ToLowerInvariant();
            var removed = await api.CallAsync("DELETE", ProviderCall.PathOf(id), null, ProvidersJson.Default.ProviderRemoved, token);
            if (!removed.KeyRemoved && !removed.SignedOut)
            {
                io.Warn($"No API key of '{SafeText.Line(id, 60)}' was stored{(removed.WasConfigured || removed.WasActive ? "." : ", and it was not configured.")}");
            }
            if (removed.StillSet is { } variable)
            {
                io.Warn($"{variable} is still set in the environment and still gives it a key.");
            }
            if (parsed.GetValue(json))
            {
                io.WriteJson(removed, ProvidersJson.Default.ProviderRemoved);
                return ExitCodes.Ok;
            }
            io.Out.WriteLine($"Provider '{SafeText.Line(removed.ProviderId, 60)}' removed.");
            if (removed.WasActive)
            {
                io.Out.WriteLine("It was the active one: now the first provider with a key is taken. Choose one: pryx provider use NAME");
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx provider remove openai");
    }
}
