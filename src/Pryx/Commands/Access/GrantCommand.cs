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
        new Command("grant", "See, add and revoke what may run without being asked") { List(io), Show(io), Add(io), Revoke(io) }.WithExamples("""
            pryx grant list
            pryx grant add 'shell.exec:dotnet test*' --expires 30d
            pryx grant add network:api.example.org --expires 8h
            pryx grant add registries
            pryx grant revoke 4f1c
            """);

    private static Command List(CommandIo io)
    {
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var all = new Option<bool>("--all", "-a") { Description = "Also those that have expired or were revoked" };
        var here = new Option<bool>("--here") { Description = "Only those that count in this folder" };
        var command = new Command("list", "The grants in force, newest first") { json, all, here };
        command.Aliases.Add("ls");
        command.SetAction((parsed, cancellationToken) => ClientCommand.RunAsync(
            io, (client, token) => ListAsync(client, io, parsed.GetValue(json), parsed.GetValue(all), parsed.GetValue(here), token), cancellationToken));
        return command;
    }

    private static Command Show(CommandIo io)
    {
        var id = new Argument<string>("ID") { Description = "As pryx grant list shows it" };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("show", "One grant: what it allows, where, who gave it, how often it was used") { id, json };
        command.SetAction((parsed, cancellationToken) => ClientCommand.RunAsync(io, async (client, token) =>
        {
            var grant = Only(await client.ListGrantsAsync(withEnded: true, token), parsed.GetValue(id)!) ?? throw NotFound(parsed.GetValue(id)!);
            Write(io, grant, parsed.GetValue(json));
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Command Add(CommandIo io)
    {
        var rule = new Argument<string>("RULE") { Description = "In the syntax of --allow" };
        var session = new Option<string?>("--session", "-s") { HelpName = "ID", Description = "Only in this session" };
        var everywhere = new Option<bool>("--everywhere") { Description = "In every folder, not only in this one" };
        var workspace = new Option<string?>("--workspace", "-w") { HelpName = "DIR", Description = "The folder it holds in (default: the current one)" };
        var expires = new Option<string?>("--expires") { HelpName = "WHEN", Description = "Only for 8h, 30d …, or until a day such as 2027-03-31 (its end, UTC)" };
        var command = new Command("add", "Let something run without being asked") { rule, session, workspace, everywhere, expires };
        command.SetAction((parsed, cancellationToken) => ClientCommand.RunAsync(io, async (client, token) =>
        {
            var ends = parsed.GetValue(expires) is { } text ? Expiry.EndOf(text, io.Time.GetUtcNow()) : (DateTimeOffset?)null;
            var only = parsed.GetValue(session) is { } id ? (await SessionLookup.FindAsync(client, id, token)).Id : (SessionId?)null;
            var grant = await client.AddGrantAsync(new AddGrant(parsed.GetValue(rule)!)
            {
                SessionId = only,
                Workspace = parsed.GetValue(everywhere) ? null : Path.GetFullPath(parsed.GetValue(workspace) ?? ".", io.WorkingDirectory),
                ExpiresAt = ends,
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

    private static async Task<int> ListAsync(IPryxClient client, CommandIo io, bool isJson, bool isAll, bool isHere, CancellationToken cancellationToken)
    {
        var folder = Path.GetFullPath(io.WorkingDirectory).TrimEnd('/');
        var every = await client.ListGrantsAsync(withEnded: true, cancellationToken);
        var grants = every.Where(grant => (isAll || grant.State == "active") && (!isHere || grant.Workspace is null || grant.Workspace.TrimEnd('/') == folder)).ToList();
        if (isJson)
        {
            io.Out.WriteLine(JsonSerializer.Serialize<IReadOnlyList<Grant>>(grants, ProtocolJson.Default.IReadOnlyListGrant));
            return ExitCodes.Ok;
        }
        if (grants.Count == 0)
        {
            io.Out.WriteLine("No grants: whatever the policy asks about is asked. Add one: pryx grant add RULE");
        }
        foreach (var grant in grants)
        {
            var state = grant.State == "active" ? "" : $"  {io.OutStyle.Yellow(SafeText.Line(grant.State))}";
            io.Out.WriteLine($"{io.OutStyle.Cyan(Short(grant.Id))}  {SafeText.Line(grant.Rule)}  {io.OutStyle.Dim($"({Scope(grant)}; {Usage(grant)})")}{state}");
        }
        if (!isAll && every.Count(static grant => grant.State == "expired") is var expired and > 0)
        {
            io.Out.WriteLine(io.OutStyle.Dim($"{expired} expired and {(expired == 1 ? "counts" : "count")} no more: pryx grant list --all"));
        }
        return ExitCodes.Ok;
    }

    private static void Write(CommandIo io, Grant grant, bool isJson)
    {
        if (isJson)
        {
            io.Out.WriteLine(JsonSerializer.Serialize(grant, ProtocolJson.Default.Grant));
            return;
        }
        io.Out.WriteLine($"{SafeText.Line(grant.Rule)}");
        foreach (var (name, value) in new (string, string?)[]
        {
            ("id", grant.Id), ("state", grant.State), ("reaches", grant.Scope ?? "nothing: this version can not read the rule"), ("holds", Scope(grant)),
            ("given by", $"{grant.GrantedBy}{(grant.CreatedAt == default ? "" : $" at {Time(grant.CreatedAt)}")}{(grant.ApprovalId is { } question ? $", on the card {question}" : "")}"),
            ("revoked", grant.RevokedAt is { } revoked ? Time(revoked) : null), ("used", Usage(grant)),
        })
        {
            if (!string.IsNullOrWhiteSpace(value))
            {
                io.Out.WriteLine($"  {io.OutStyle.Dim(name.PadRight(8))}  {SafeText.Line(value)}");
            }
        }
    }

    private static async Task<int> RevokeAsync(IPryxClient client, CommandIo io, string id, CancellationToken cancellationToken)
    {
        var grants = await client.ListGrantsAsync(withEnded: false, cancellationToken);
        if (Only(grants, id) is not { } only || !await client.RevokeGrantAsync(only.Id, io.Principal, cancellationToken))
        {
            throw NotFound(id);
        }
        io.Out.WriteLine($"Revoked {SafeText.Line(only.Rule)}");
        return ExitCodes.Ok;
    }

    private static Grant? Only(IReadOnlyList<Grant> grants, string id)
    {
        var matches = grants.Where(grant => grant.Id == id || (id.Length >= 4 && grant.Id.StartsWith(id, StringComparison.OrdinalIgnoreCase))).ToList();
        return matches.Count > 1
            ? throw new PryxException("GRANT_AMBIGUOUS", $"{matches.Count} grants begin with '{id}'.", "type more of the id; pryx grant list --json shows them whole")
            : matches.FirstOrDefault();
    }

    private static PryxException NotFound(string id) => new("GRANT_NOT_FOUND", $"There is no grant '{SafeText.Line(id, 60)}'.", "pryx grant list");

    private static string Usage(Grant grant) => grant.Uses == 0 ? "never used" : $"used {grant.Uses}×, last {(grant.LastUsedAt is { } last ? Time(last) : "unknown")}";

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Short(string id) => SafeText.Line(id.Length > 8 ? id[..8] : id);

    private static string Scope(Grant grant)
    {
        var where = grant.SessionId is { } session ? $"session {session.ToString()[..8]}" : grant.Workspace is { } folder ? SafeText.Line(folder) : "everywhere";
        var until = grant.ExpiresAt is { } expires ? expires.ToString("'until' yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) : "until revoked";
        return $"{where}, {until}";
    }
}
