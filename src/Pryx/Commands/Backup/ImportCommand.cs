using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Host;
using Pryx.Protocol.Backup;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Backup;

/// <summary><c>pryx import</c>: shows what another machine or another tool has, asks, and takes it over.</summary>
internal static class ImportCommand
{
    private static readonly string[] _tools = ["claude", "openclaw"];

    public static Command Create(CommandIo io)
    {
        var from = new Argument<string>("FROM") { Description = "A file of pryx export or pryx backup, a folder, claude (Claude Code) or openclaw" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask" };
        var dry = new Option<bool>("--dry-run") { Description = "Only show what would be taken" };
        var replace = new Option<bool>("--replace") { Description = "Also what is there already, which is set aside" };
        var secrets = BackupCommand.SecretsOption("Take keys along: those of an export by its passphrase, those in the servers of another tool as they are");
        var json = BackupCommand.Json();
        var command = new Command("import", "Take over settings, servers, skills, agents and commands from a file, Claude Code or OpenClaw") { from, yes, dry, replace, secrets, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetValue(from)!;
            var isTool = _tools.Contains(name) && !Path.Exists(Path.GetFullPath(name, io.WorkingDirectory));
            var input = new ImportInput
            {
                From = isTool ? name : Path.GetFullPath(name, io.WorkingDirectory),
                Replace = parsed.GetValue(replace),
                Secrets = parsed.GetValue(secrets),
                Passphrase = parsed.GetValue(secrets) && !isTool && !Directory.Exists(Path.GetFullPath(name, io.WorkingDirectory)) ? await PassphrasePrompt.ExistingAsync(io, cancellationToken) : null,
            };
            return await ApiCall.RunAsync(io, (api, token) => RunAsync(io, api, input, parsed.GetValue(dry), parsed.GetValue(yes), parsed.GetValue(json), token), cancellationToken);
        });
        return command.WithExamples("pryx import claude --dry-run\npryx import openclaw\npryx import pryx-setup.tar.gz --yes");
    }

    private static async Task<int> RunAsync(CommandIo io, ApiConnection api, ImportInput input, bool isDry, bool isSure, bool isJson, CancellationToken cancellationToken)
    {
        var plan = await SendAsync(api, input, cancellationToken);
        var wanted = plan.Entries.Count(entry => entry.State == "new" || (entry.State == "taken" && input.Replace));
        if (isDry || wanted == 0)
        {
            Show(io, plan, isJson);
            if (!isJson && wanted == 0)
            {
                io.Out.WriteLine("There is nothing new in it.");
            }
            return ExitCodes.Ok;
        }
        if (!isSure)
        {
            Show(io with { Out = io.Error }, plan, isJson: false);
            if (!await Confirmation.AskAsync(io, $"Take these {wanted}?", "--yes", cancellationToken))
            {
                return ExitCodes.Failed;
            }
        }
        var done = await SendAsync(api, input with { Apply = true }, cancellationToken);
        Show(io, done, isJson);
        return done.Entries.Any(static entry => entry.State == "refused") ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static Task<ImportBody> SendAsync(ApiConnection api, ImportInput input, CancellationToken cancellationToken) =>
        api.CallAsync("POST", "/api/v1/imports", JsonSerializer.Serialize(input, BackupJson.Default.ImportInput), BackupJson.Default.ImportBody, cancellationToken);

    private static void Show(CommandIo io, ImportBody body, bool isJson)
    {
        if (isJson)
        {
            io.Out.WriteLine(JsonSerializer.Serialize(body, BackupJson.Default.ImportBody));
            return;
        }
        io.Out.WriteLine(io.OutStyle.Bold($"From {SafeText.Line(body.From, 400)}:"));
        foreach (var entry in body.Entries)
        {
            var mark = entry.State switch
            {
                "new" or "imported" or "replaced" => io.OutStyle.Green("+"),
                "refused" => io.OutStyle.Red("✗"),
                _ => io.OutStyle.Dim("="),
            };
            io.Out.WriteLine($"  {mark} {entry.Kind,-8} {SafeText.Line(entry.Name, 300)}{(entry.State is "new" ? "" : $" [{entry.State}]")}{(entry.Note is { } note ? io.OutStyle.Dim($"  {SafeText.Line(note, 300)}") : "")}");
        }
    }
}
