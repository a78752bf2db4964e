using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Commands.Providers;
using Pryx.Host;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Terminal;

namespace Pryx.Commands.Models;

/// <summary><c>pryx model …</c>: which models there are, what they can do and cost, and which one is used.</summary>
internal static class ModelCommand
{
    public static Command Create(CommandIo io)
    {
        var command = new Command("model", "Find models, see what they can do and cost, choose one") { List(io), Info(io), Use(io), Refresh(io), ModelPullCommand.Create(io) };
        command.Aliases.Add("models");
        return command.WithExamples("""
            pryx model list --configured
            pryx model list --search sonnet
            pryx model info gpt-4o
            pryx model use sonnet
            pryx model pull qwen3:8b
            """);
    }

    private static Command List(CommandIo io)
    {
        var provider = new Option<string?>("--provider", "-p") { HelpName = "NAME", Description = "Only its models; for ollama those that are installed" };
        var search = new Option<string?>("--search", "-s") { HelpName = "WORDS", Description = "Only those with all of these words in their name" };
        var configured = new Option<bool>("--configured") { Description = "Only of providers that could be called now" };
        var all = new Option<bool>("--all", "-a") { Description = "Deprecated ones, too" };
        var json = Json();
        var command = new Command("list", "The known models of all providers, with a key or without") { provider, search, configured, all, json };
        command.Aliases.Add("ls");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var query = new List<string>();
            void Add(string name, string? value)
            {
                if (value is not null)
                {
                    query.Add($"{name}={Uri.EscapeDataString(value)}");
                }
            }
            Add("provider", parsed.GetValue(provider));
            Add("search", parsed.GetValue(search));
            Add("configured", parsed.GetValue(configured) ? "true" : null);
            Add("deprecated", parsed.GetValue(all) ? "true" : null);
            ModelList list;
            try
            {
                list = await api.CallAsync("GET", "/api/v1/models" + (query.Count > 0 ? "?" + string.Join('&', query) : ""), null, ModelListJson.Default.ModelList, token);
            }
            catch (PryxException e) when (e.Code == "PROVIDER_UNKNOWN")
            {
                throw ProviderCall.Unknown(parsed.GetValue(provider) ?? "");
            }
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(list, ModelListJson.Default.ModelList));
                return ExitCodes.Ok;
            }
            new ModelReports(io).Show(list);
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx model list --search \"gpt mini\"\npryx model list --provider anthropic --json | jq -r '.models[].id'");
    }

    private static Command Info(CommandIo io)
    {
        var (name, json) = (Name(), Json());
        var command = new Command("info", "Everything that is known of one model") { name, json };
        command.Aliases.Add("show");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var model = await LookUpAsync(api, parsed.GetValue(name)!, token);
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(model, ModelListJson.Default.ModelBody));
                return ExitCodes.Ok;
            }
            new ModelReports(io).Show(model);
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx model info \"gpt5 mini\"");
    }

    private static Command Use(CommandIo io)
    {
        var (name, json) = (Name(), Json());
        var command = new Command("use", "Use a model from now on, where nothing else is said") { name, json };
        command.Aliases.Add("set");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var model = await LookUpAsync(api, parsed.GetValue(name)!, token);
            using (var answer = await api.SendAsync("PATCH", "/api/v1/config", Choice(model), token))
            {
                if (!answer.IsSuccessStatusCode)
                {
                    var error = JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(token), ProtocolJson.Default.ErrorBody)!.Error;
                    throw new PryxException(error.Code, error.Message, error.Next);
                }
            }
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(model, ModelListJson.Default.ModelBody));
                return ExitCodes.Ok;
            }
            io.Out.WriteLine($"Using {io.OutStyle.Cyan(SafeText.Line($"{model.Provider}/{model.Id}"))} from now on ({SafeText.Line(model.Name)}).");
            if (model.Configured == false)
            {
                io.Error.WriteLine($"{io.ErrorStyle.Yellow("!")} There is no key for {SafeText.Line(model.Provider!)} yet. Next: pryx provider set-key {SafeText.Line(model.Provider!)}");
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx model use anthropic/claude-sonnet-5");
    }

    private static Command Refresh(CommandIo io)
    {
        var json = Json();
        var command = new Command("refresh", "Fetch the catalog of models now; the daemon does so once a day") { json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var refreshed = await api.CallAsync("POST", "/api/v1/models/refresh", null, ModelListJson.Default.CatalogRefreshed, token);
            io.Out.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(refreshed, ModelListJson.Default.CatalogRefreshed)
                : string.Create(CultureInfo.InvariantCulture, $"{(refreshed.IsChanged ? "Fetched" : "Nothing has changed")}: {refreshed.Models:N0} models are known."));
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Task<ModelBody> LookUpAsync(ApiConnection api, string name, CancellationToken cancellationToken) =>
        api.CallAsync("GET", $"/api/v1/models/lookup?name={Uri.EscapeDataString(name)}", null, ModelListJson.Default.ModelBody, cancellationToken);

    private static string Choice(ModelBody model)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var body = new Utf8JsonWriter(buffer))
        {
            body.WriteStartObject();
            body.WriteString("model_provider", model.Provider);
            body.WriteString("model_name", model.Id);
            body.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static Argument<string> Name() => new("NAME") { Description = "provider/model, a model's name, or a part that is clear: sonnet, \"gpt5 mini\"" };

    private static Option<bool> Json() => new("--json", "-j") { Description = "JSON on stdout" };
}
