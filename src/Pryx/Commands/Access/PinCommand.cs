using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Commands.Gateway;
using Pryx.Commands.Sessions;
using Pryx.Host;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Access;

/// <summary><c>pryx pin …</c>: constraints that hold until they are taken back, whatever happens to a session's context.</summary>
internal static class PinCommand
{
    public static Command Create(CommandIo io) =>
        new Command("pin", "Constraints that hold until you take them back") { List(io), Add(io), Remove(io) }.WithExamples("""
            pryx pin add 'ask me before any e-mail'
            pryx pin add 'do not push until I say so' --everywhere
            pryx pin add 'never change migrations/**' --expires 30d
            pryx pin list
            pryx pin remove 4f1c
            """);

    private static Command List(CommandIo io)
    {
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("list", "What is pinned, oldest first, and how it was read") { json };
        command.Aliases.Add("ls");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var list = await ListAsync(api, token);
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(list.Pins, PinCommandJson.Default.IReadOnlyListPinnedConstraint));
                return ExitCodes.Ok;
            }
            if (list.Pins.Count == 0)
            {
                io.Out.WriteLine("Nothing is pinned. Pin something: pryx pin add 'ask me before any e-mail'");
            }
            foreach (var pin in list.Pins)
            {
                io.Out.WriteLine($"{io.OutStyle.Cyan(SafeText.Line(pin.Id[..8]))}  {SafeText.Line(pin.Text)}  {io.OutStyle.Dim($"({Scope(pin)})")}");
                io.Out.WriteLine($"          {(pin.Enforced ? io.OutStyle.Dim(SafeText.Line(pin.Says)) : io.OutStyle.Yellow(SafeText.Line(pin.Says)))}");
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Command Add(CommandIo io)
    {
        var text = new Argument<string>("TEXT") { Description = "In your own words, English or German" };
        var session = new Option<string?>("--session", "-s") { HelpName = "ID", Description = "Only in this session" };
        var workspace = new Option<string?>("--workspace", "-w") { HelpName = "DIR", Description = "The folder it holds in (default: the current one)" };
        var everywhere = new Option<bool>("--everywhere") { Description = "In every folder, not only in this one" };
        var expires = new Option<string?>("--expires") { HelpName = "WHEN", Description = "Only for 8h, 30d …, or until a day such as 2027-03-31 (its end, UTC)" };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("add", "Pin a constraint and say how it was read") { text, session, workspace, everywhere, expires, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var ends = parsed.GetValue(expires) is { } when ? Expiry.EndOf(when, io.Time.GetUtcNow()) : (DateTimeOffset?)null;
            SessionId? only = null;
            if (parsed.GetValue(session) is { } id)
            {
                await ClientCommand.RunAsync(io, async (client, token) =>
                {
                    only = (await SessionLookup.FindAsync(client, id, token)).Id;
                    return ExitCodes.Ok;
                }, cancellationToken);
            }
            var request = new PinRequest(parsed.GetValue(text)!)
            {
                SessionId = only,
                Workspace = only is not null || parsed.GetValue(everywhere) ? null : Path.GetFullPath(parsed.GetValue(workspace) ?? ".", io.WorkingDirectory),
                ExpiresAt = ends,
                PinnedBy = io.Principal,
            };
            return await ApiCall.RunAsync(io, async (api, token) =>
            {
                var pin = await api.CallAsync("POST", "/api/v1/pins", JsonSerializer.Serialize(request, PinCommandJson.Default.PinRequest), PinCommandJson.Default.PinnedConstraint, token);
                if (parsed.GetValue(json))
                {
                    io.Out.WriteLine(JsonSerializer.Serialize(pin, PinCommandJson.Default.PinnedConstraint));
                    return ExitCodes.Ok;
                }
                io.Out.WriteLine($"Pinned ({Scope(pin)}). {SafeText.Line(pin.Says)}");
                io.Out.WriteLine($"Take it back: pryx pin remove {pin.Id[..8]}");
                return ExitCodes.Ok;
            }, cancellationToken);
        });
        return command.WithExamples("pryx pin add 'never deploy without asking me'");
    }

    private static Command Remove(CommandIo io)
    {
        var id = new Argument<string>("ID") { Description = "As pryx pin list shows it" };
        var command = new Command("remove", "Take a pin back, at once") { id };
        command.Aliases.Add("rm");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var wanted = parsed.GetValue(id)!;
            var matches = (await ListAsync(api, token)).Pins.Where(pin => pin.Id == wanted || (wanted.Length >= 4 && pin.Id.StartsWith(wanted, StringComparison.OrdinalIgnoreCase))).ToList();
            if (matches is not [var only])
            {
                throw matches.Count == 0
                    ? new PryxException("PIN_NOT_FOUND", $"There is no pin '{SafeText.Line(wanted, 60)}'.", "pryx pin list")
                    : new PryxException("PIN_AMBIGUOUS", $"{matches.Count} pins begin with '{SafeText.Line(wanted, 60)}'.", "type more of the id; pryx pin list --json shows them whole");
            }
            await api.CallAsync("DELETE", $"/api/v1/pins/{only.Id}?removed_by={Uri.EscapeDataString(io.Principal)}", token);
            io.Out.WriteLine($"No longer pinned: {SafeText.Line(only.Text)}");
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Task<PinList> ListAsync(ApiConnection api, CancellationToken cancellationToken) =>
        api.CallAsync("GET", "/api/v1/pins", null, PinCommandJson.Default.PinList, cancellationToken);

    private static string Scope(PinnedConstraint pin)
    {
        var where = pin.SessionId is { } session ? $"session {session.ToString()[..8]}" : pin.Workspace is { } folder ? SafeText.Line(folder) : "everywhere";
        return $"{where}, {(pin.ExpiresAt is { } end ? end.ToString("'until' yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) : "until removed")}";
    }
}

/// <summary>As the gateway shows a pin.</summary>
internal sealed record PinnedConstraint(string Id, string Text, bool Enforced, string? Decision, IReadOnlyList<string> About, string Says, string PinnedBy, DateTimeOffset CreatedAt)
{
    public SessionId? SessionId { get; init; }
    public string? Workspace { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
}

internal sealed record PinList(IReadOnlyList<PinnedConstraint> Pins);

internal sealed record PinRequest(string Text)
{
    public SessionId? SessionId { get; init; }
    public string? Workspace { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public string? PinnedBy { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PinList))]
[JsonSerializable(typeof(PinnedConstraint))]
[JsonSerializable(typeof(IReadOnlyList<PinnedConstraint>))]
[JsonSerializable(typeof(PinRequest))]
internal sealed partial class PinCommandJson : JsonSerializerContext;
