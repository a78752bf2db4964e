using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pryx.Commands.Sessions;
using Pryx.Protocol;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Grants;
using Pryx.Terminal;

namespace Pryx.Commands.Access;

/// <summary><c>pryx grant …</c>: what runs without being asked, seen, added and taken back.</summary>
internal static class GrantCommand
{
    public static Command Create(CommandIo io) =>
        new Command("grant", "See, add and revoke what may run without being asked") { List(io), Add(io), Revoke(io) }.WithExamples("""
            pryx grant list
            pryx grant add 'shell.exec:dotnet test*' --expires 30d
            pryx grant revoke 4f1c
            """);

    private static Command List(CommandIo io)
    {
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("list", "The grants in force, newest first") { json };
        command.Aliases.Add("ls");
        command.SetAction((parsed, cancellationToken) => ClientCommand.RunAsync(io, (client, token) => ListAsync(client, io, parsed.GetValue(json), token), cancellationToken));
        return command;
    }

    private static Command Add(CommandIo io)
    {
        var rule = new Argument<string>("RULE") { Description = "In the syntax of --allow" };
        var session = new Option<string?>("--session", "-s") { HelpName = "ID", Description = "Only in this session" };
        var everywhere = new Option<bool>("--everywhere") { Description = "In every folder, not only in this one" };
        var workspace = new Option<string?>("--workspace", "-w") { HelpName = "DIR", Description = "The folder it holds in (default: the current one)" };
        var expires = new Option<string?>("--expires") { HelpName = "DURATION", Description = "Only for 12h, 30d …" };
        var command = new Command("add", "Let something run without being asked") { rule, session, workspace, everywhere, expires };
        command.SetAction((parsed, cancellationToken) => ClientCommand.RunAsync(io, async (client, token) =>
        {
            var lasts = parsed.GetValue(expires) is not { } text ? (TimeSpan?)null
                : Duration.TryParse(text, out var duration) ? duration
                : throw UsageError.Of($"'{text}' is not a duration.", "write it as --expires 12h or 30d");
            var only = parsed.GetValue(session) is { } id ? (await SessionLookup.FindAsync(client, id, token)).Id : (SessionId?)null;
            var grant = await client.AddGrantAsync(new AddGrant(parsed.GetValue(rule)!)
            {
                SessionId = only,
                Workspace = parsed.GetValue(everywhere) ? null : Path.GetFullPath(parsed.GetValue(workspace) ?? ".", io.WorkingDirectory),
                ExpiresAt = io.Time.GetUtcNow() + lasts,
                GrantedBy = io.Principal,
            }, token);
            io.Out.WriteLine($"Granted {SafeText.Line(grant.Rule)} ({Scope(grant)}). Take it back: pryx grant revoke {grant.Id}");
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx grant add 'shell.exec:git status' --expires 30d");
    }

    private static Command Revoke(CommandIo io)
    {
        var id = new Argument<string>("ID") { Description = "As pryx grant list shows it" };
        var command = new Command("revoke", "Take a grant back, at once") { id };
        command.Aliases.Add("rm");
        command.SetAction((parsed, cancellationToken) => ClientCommand.RunAsync(io, (client, token) => RevokeAsync(client, io, parsed.GetValue(id)!, token), cancellationToken));
        return command;
    }

    private static async Task<int> ListAsync(IPryxClient client, CommandIo io, bool isJson, CancellationToken cancellationToken)
    {
        var grants = await client.ListGrantsAsync(cancellationToken);
        if (isJson)
        {
            io.Out.WriteLine(JsonSerializer.Serialize(grants, ProtocolJson.Default.IReadOnlyListGrant));
            return ExitCodes.Ok;
        }
        if (grants.Count == 0)
        {
            io.Out.WriteLine("No grants: whatever the policy asks about is asked. Add one: pryx grant add RULE");
        }
        foreach (var grant in grants)
        {
            io.Out.WriteLine($"{io.OutStyle.Cyan(Short(grant.Id))}  {SafeText.Line(grant.Rule)}  {io.OutStyle.Dim($"({Scope(grant)})")}");
        }
        return ExitCodes.Ok;
    }

    private static async Task<int> RevokeAsync(IPryxClient client, CommandIo io, string id, CancellationToken cancellationToken)
    {
        var matches = (await client.ListGrantsAsync(cancellationToken)).Where(grant => grant.Id == id || (id.Length >= 4 && grant.Id.StartsWith(id, StringComparison.OrdinalIgnoreCase))).ToList();
        if (matches.Count > 1)
        {
            throw new PryxException("GRANT_AMBIGUOUS", $"{matches.Count} grants begin with '{id}'.", "type more of the id; pryx grant list --json shows them whole");
        }
        if (matches is not [var only] || !await client.RevokeGrantAsync(only.Id, io.Principal, cancellationToken))
        {
            throw new PryxException("GRANT_NOT_FOUND", $"There is no grant '{SafeText.Line(id, 60)}'.", "pryx grant list");
        }
        io.Out.WriteLine($"Revoked {SafeText.Line(only.Rule)}");
        return ExitCodes.Ok;
    }

    private static string Short(string id) => SafeText.Line(id.Length > 8 ? id[..8] : id);

    private static string Scope(Grant grant)
    {
        var where = grant.SessionId is { } session ? $"session {session.ToString()[..8]}" : grant.Workspace is { } folder ? SafeText.Line(folder) : "everywhere";
        var until = grant.ExpiresAt is { } expires ? expires.ToString("'until' yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) : "until revoked";
        return $"{where}, {until}";
    }
}
