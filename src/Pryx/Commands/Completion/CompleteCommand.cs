using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Commands.Skills;
using Pryx.Host;
using Pryx.Protocol;
using Pryx.Protocol.Mcp;
using Pryx.Protocol.Models;
using Pryx.Terminal;

namespace Pryx.Commands.Completion;

/// <summary>What the scripts of <see cref="CompletionCommand"/> ask for: a name a line, then a tab and what it is.</summary>
internal static class CompleteCommand
{
    /// <summary>More than anybody reads through.</summary>
    private const int Most = 50;

    public static Command Create(CommandIo io)
    {
        var kind = new Argument<string>("KIND");
        kind.AcceptOnlyFromAmong("sessions", "models", "providers", "skills", "servers", "keys");
        var command = new Command("complete", "The names that a shell offers") { kind };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(kind) switch
        {
            "keys" => ListKeysAsync(io, cancellationToken),
            "sessions" => ListSessionsAsync(io, cancellationToken),
            var asked => ApiCall.RunAsync(io, async (api, token) =>
            {
                foreach (var (name, description) in await ListAsync(api, io, asked!, token))
                {
                    Write(io, name, description);
                }
                return ExitCodes.Ok;
            }, cancellationToken),
        });
        return command;
    }

    private static Task<int> ListSessionsAsync(CommandIo io, CancellationToken cancellationToken) => ClientCommand.RunAsync(io, async (client, token) =>
    {
        foreach (var session in await client.ListSessionsAsync(Most, token))
        {
            Write(io, session.Id.ToString(), session.Title);
        }
        return ExitCodes.Ok;
    }, cancellationToken);

    private static async Task<int> ListKeysAsync(CommandIo io, CancellationToken cancellationToken)
    {
        foreach (var entry in await io.Reach.ConfigFile(static _ => { }).ListAsync(cancellationToken))
        {
            Write(io, entry.Key, entry.Source == "default" ? "" : entry.Value);
        }
        return ExitCodes.Ok;
    }

    private static async Task<IEnumerable<(string Name, string? Description)>> ListAsync(ApiConnection api, CommandIo io, string kind, CancellationToken cancellationToken) => kind switch
    {
        "models" => (await api.CallAsync("GET", "/api/v1/models?configured=true", null, ModelListJson.Default.ModelList, cancellationToken)).Models.Select(static model => ($"{model.Provider}/{model.Id}", (string?)model.Name)),
        "providers" => Names(await api.CallAsync("GET", "/api/v1/providers", null, ProtocolJson.Default.JsonElement, cancellationToken), "providers", "id", "name"),
        "skills" => (await SkillApi.ListAsync(api, io, onlyEligible: false, cancellationToken)).Skills.Select(static skill => (skill.Id, (string?)skill.Description)),
        _ => (await api.CallAsync("GET", "/api/v1/mcp/servers", null, McpJson.Default.McpServersBody, cancellationToken)).Servers.Select(static server => (server.Name, (string?)server.State)),
    };

    private static IEnumerable<(string Name, string? Description)> Names(JsonElement body, string list, string name, string description) =>
        body.GetProperty(list).EnumerateArray().Select(entry => (entry.GetProperty(name).GetString()!, entry.TryGetProperty(description, out var said) ? said.GetString() : null));

    private static void Write(CommandIo io, string name, string? description) => io.Out.WriteLine($"{SafeText.Line(name, 200)}\t{CompletionScript.Plain(SafeText.Line(description ?? "", 200))}");
}
