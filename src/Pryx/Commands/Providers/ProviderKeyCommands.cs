using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Host;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Providers;
using Pryx.Terminal;

namespace Pryx.Commands.Providers;

/// <summary>
/// <c>pryx provider add</c> and <c>set-key</c>. A key is tried by one cheap call before it is stored: one that the provider refuses is
/// not stored without being asked for, one that can not be tried now is.
/// </summary>
internal static class ProviderKeyCommands
{
    public static Command Add(CommandIo io)
    {
        var (name, options) = (ProviderCommand.Name(), new KeyOptions());
        var command = new Command("add", "Add a provider, with its API key: typed without echo, or from stdin; an empty one adds it without") { name };
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) => ProviderCall.RunAsync(io, async (api, token) =>
        {
            var provider = await api.FindAsync(parsed.GetValue(name)!, token);
            var key = provider.RequiresApiKey
                ? await KeyPrompt.ReadAsync(io, $"API key for {SafeText.Line(provider.Name)} (not shown; Enter for none): ", token)
                : "";
            var chosen = options.Of(parsed);
            var (kept, test) = key.Length > 0 ? await StoreAsync(io, api, provider, key, chosen, token) : (null, null);
            await api.CallAsync("PUT", ProviderCall.PathOf(provider.Id), null, ProvidersJson.Default.ProviderBody, token);
            if (key.Length == 0 && provider is { Local: true } && chosen.IsVerified)
            {
                test = await api.TestAsync(provider.Id, null, token);
            }
            if (chosen.IsJson)
            {
                io.WriteJson(new ProviderSetup(true, provider.Id, true, kept?.KeptIn, test), ProvidersJson.Default.ProviderSetup);
                return ExitCodes.Ok;
            }
            if (kept is null && provider is { RequiresApiKey: true })
            {
                io.Out.WriteLine(provider.KeySource is null
                    ? $"No API key entered. Set it later: pryx provider set-key {provider.Id}"
                    : "No API key entered; the one it has stays.");
            }
            WriteTest(io, test);
            io.Out.WriteLine($"Provider '{provider.Id}' added successfully!");
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx provider add anthropic\npryx provider add openai < key.txt\npryx provider add ollama");
    }

    public static Command SetKey(CommandIo io)
    {
        var (name, options) = (ProviderCommand.Name(), new KeyOptions());
        var command = new Command("set-key", "Store a provider's API key; typed without echo, or from stdin") { name };
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) => ProviderCall.RunAsync(io, async (api, token) =>
        {
            var provider = await api.FindAsync(parsed.GetValue(name)!, token);
            var key = await KeyPrompt.ReadAsync(io, $"API key for {SafeText.Line(provider.Name)} (not shown): ", token);
            if (key.Length == 0)
            {
                throw new PryxException("KEY_EMPTY", "API key cannot be empty", $"pryx provider set-key {provider.Id}");
            }
            var chosen = options.Of(parsed);
            var (kept, test) = await StoreAsync(io, api, provider, key, chosen, token);
            if (chosen.IsJson)
            {
                io.WriteJson(new ProviderSetup(true, provider.Id, provider.Added, kept.KeptIn, test), ProvidersJson.Default.ProviderSetup);
            }
            else
            {
                WriteTest(io, test);
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx provider set-key anthropic\npryx provider set-key openai < key.txt\npryx provider set-key openai --no-verify");
    }

    /// <summary>Tries the key, then stores it. A refused one is stored only when the person wants that.</summary>
    private static async Task<(KeyStored Kept, ProviderTest? Test)> StoreAsync(CommandIo io, ApiConnection api, ProviderBody provider, string key, Chosen chosen, CancellationToken cancellationToken)
    {
        var test = chosen.IsVerified ? await api.TestAsync(provider.Id, key, cancellationToken) : null;
        if (test is { Verdict: ProviderVerdicts.Refused } && !chosen.IsForced)
        {
            var reason = SafeText.Of(test.Reason ?? "The provider refused the key.");
            if (chosen.IsJson || !await KeyPrompt.ConfirmAsync(io, $"{reason}\nStore it anyway?", cancellationToken))
            {
                throw new PryxException("KEY_REFUSED", $"The key was not stored: {reason}", $"check the key; to store it all the same: pryx provider set-key {provider.Id} --force");
            }
        }
        var kept = await api.CallAsync(
            "POST", ProviderCall.PathOf(provider.Id, "/key"), JsonSerializer.Serialize(new KeyInput(key, null), ProvidersJson.Default.KeyInput), ProvidersJson.Default.KeyStored, cancellationToken);
        if (!chosen.IsJson)
        {
            io.Out.WriteLine($"API key stored securely in keychain (here: {SafeText.Line(kept.KeptIn)})");
        }
        if (kept.HiddenBy is { } variable)
        {
            io.Warn($"{variable} is set in the environment and comes before the stored key.");
        }
        return (kept, test);
    }

    private static void WriteTest(CommandIo io, ProviderTest? test)
    {
        switch (test)
        {
            case null:
                break;
            case { Ok: true }:
                io.Out.WriteLine(ProviderTestCommand.Line(io.OutStyle, test));
                break;
            case { Verdict: ProviderVerdicts.Refused }:
                io.Warn($"{test.Reason} It is stored because you wanted it so.");
                break;
            default:
                io.Warn($"{(test.Verdict == ProviderVerdicts.Unreachable ? "Not verified" : "Not proven")}: {test.Reason} Try again later: pryx provider test {test.ProviderId}");
                break;
        }
    }

    private sealed record Chosen(bool IsVerified, bool IsForced, bool IsJson);

    private sealed class KeyOptions
    {
        private readonly Option<bool> _unverified = new("--no-verify") { Description = "Do not try the key by a call to the provider" };
        private readonly Option<bool> _force = new("--force", "-f") { Description = "Store the key also when the provider refuses it" };
        private readonly Option<bool> _json = new("--json", "-j") { Description = "JSON on stdout" };

        public void AddTo(Command command)
        {
            command.Options.Add(_unverified);
            command.Options.Add(_force);
            command.Options.Add(_json);
        }

        public Chosen Of(ParseResult parsed) => new(!parsed.GetValue(_unverified), parsed.GetValue(_force), parsed.GetValue(_json));
    }
}
