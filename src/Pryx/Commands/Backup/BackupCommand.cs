using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Protocol.Backup;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Backup;

/// <summary><c>pryx backup …</c>: everything in one file, and back.</summary>
internal static class BackupCommand
{
    public static Command Create(CommandIo io)
    {
        var command = new Command("backup", "Everything in one file, while it runs; and back") { Make(io), List(io), Verify(io), Restore(io) };
        command.Aliases.Add("backups");
        return command.WithExamples("""
            pryx backup create
            pryx backup list
            pryx backup restore ~/.pryx/backups/pryx-20260131T120000Z-1f2e.tar.gz
            """);
    }

    private static Command Make(CommandIo io)
    {
        var output = new Option<string?>("--output", "-o") { HelpName = "FILE", Description = "Default: a new file in the data directory's backups" };
        var secrets = SecretsOption("Put keys and tokens in, under a passphrase (asked for, or PRYX_BACKUP_PASSPHRASE)");
        var json = Json();
        var command = new Command("create", "Write a backup: sessions, settings, skills, servers, policies, memory; no secrets unless you ask") { output, secrets, json };
        command.SetAction((parsed, cancellationToken) => WriteAsync(io, parsed.GetValue(output), sessions: true, parsed.GetValue(secrets), parsed.GetValue(json), cancellationToken));
        return command.WithExamples("pryx backup create\npryx backup create --output /media/stick/pryx.tar.gz --with-secrets");
    }

    /// <summary>What create and export have in common.</summary>
    public static async Task<int> WriteAsync(CommandIo io, string? output, bool sessions, bool secrets, bool isJson, CancellationToken cancellationToken)
    {
        var passphrase = secrets ? await PassphrasePrompt.NewAsync(io, cancellationToken) : null;
        return await ApiCall.RunAsync(io, async (api, token) =>
        {
            var input = new BackupInput { Path = output is null ? null : Path.GetFullPath(output, io.WorkingDirectory), Sessions = sessions, Passphrase = passphrase };
            var backup = await api.CallAsync("POST", "/api/v1/backups", JsonSerializer.Serialize(input, BackupJson.Default.BackupInput), BackupJson.Default.BackupBody, token);
            if (isJson)
            {
                io.Out.WriteLine(JsonSerializer.Serialize(backup, BackupJson.Default.BackupBody));
                return ExitCodes.Ok;
            }
            io.Out.WriteLine($"{io.OutStyle.Green("✓")} {SafeText.Line(backup.Path, 4000)}: {Count(backup.Files)} files, {Size(backup.Bytes)}{(backup.Secrets ? ", keys and tokens under your passphrase" : ", no keys or tokens")}");
            return ExitCodes.Ok;
        }, cancellationToken);
    }

    private static Command List(CommandIo io)
    {
        var json = Json();
        var command = new Command("list", "The backups in the data directory, the newest first") { json };
        command.Aliases.Add("ls");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var list = (await api.CallAsync("GET", "/api/v1/backups", null, BackupJson.Default.BackupList, token)).Backups;
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(list, BackupListJson.Default.IReadOnlyListBackupBody));
                return ExitCodes.Ok;
            }
            if (list.Count == 0)
            {
                io.Out.WriteLine("No backups yet. Next: pryx backup create");
                return ExitCodes.Ok;
            }
            var table = new TextTable(io, new("When"), new("Size", IsNumber: true), new("Secrets", Rank: 1), new("File"));
            foreach (var backup in list)
            {
                table.Add(backup.CreatedAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), Size(backup.Bytes), backup.Secrets ? "yes" : "no", backup.Trouble is { } trouble ? $"{backup.Path} (can not be restored: {trouble})" : backup.Path);
            }
            table.Print();
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx backup list --json");
    }

    private static Command Verify(CommandIo io)
    {
        var (file, json) = (FileArgument(), Json());
        var command = new Command("verify", "Read all of a backup; exit 1 when it is not whole, or could not be restored here") { file, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var backup = await api.CallAsync("POST", "/api/v1/backups/verify", JsonSerializer.Serialize(new BackupCheckInput(Path.GetFullPath(parsed.GetValue(file)!, io.WorkingDirectory)), BackupJson.Default.BackupCheckInput), BackupJson.Default.BackupBody, token);
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(backup, BackupJson.Default.BackupBody));
            }
            else
            {
                io.Out.WriteLine(backup.Trouble is { } trouble ? $"{io.OutStyle.Red("✗")} {SafeText.Line(trouble)}" : $"{io.OutStyle.Green("✓")} Whole: {Count(backup.Files)} files of pryx {SafeText.Line(backup.Version, 40)}, every hash as it was written");
            }
            return backup.Trouble is null ? ExitCodes.Ok : ExitCodes.Failed;
        }, cancellationToken));
        return command.WithExamples("pryx backup verify pryx.tar.gz");
    }

    private static Command Restore(CommandIo io)
    {
        var file = FileArgument();
        var secrets = SecretsOption("Put its keys and tokens into the keychain, too");
        var force = new Option<bool>("--force", "-f") { Description = "Do not ask" };
        var json = Json();
        var command = new Command("restore", "Put a backup in the place of what is there, which is set aside; Pryx must not run") { file, secrets, force, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using (var daemon = await io.Reach.OpenDaemonAsync(cancellationToken))
            {
                if (daemon is not null)
                {
                    throw new PryxException("ALREADY_RUNNING", $"Pryx is running at {daemon.Daemon!.GetLeftPart(UriPartial.Authority)}: what it holds in memory would be written over what is restored.", "end it first: Ctrl-C where it runs, or systemctl --user stop pryx");
                }
            }
            var path = Path.GetFullPath(parsed.GetValue(file)!, io.WorkingDirectory);
            if (!parsed.GetValue(force) && !await Confirmation.AskAsync(io, $"Put {path} in the place of {io.Reach.Data}? What is there now is set aside.", "--force", cancellationToken))
            {
                return ExitCodes.Failed;
            }
            var restored = await new WaitingNote(io).WhileAsync(
                io.Reach.RestoreAsync(path, parsed.GetValue(secrets) ? await PassphrasePrompt.ExistingAsync(io, cancellationToken) : null, warning => io.Error.WriteLine($"Warning: {SafeText.Of(warning)}"), cancellationToken), "Restoring");
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine($$"""{"version":"{{JsonEncodedText.Encode(restored.Version)}}","files":{{Count(restored.Files)}},"aside":{{(restored.Aside is { } there ? $"\"{JsonEncodedText.Encode(there)}\"" : "null")}},"secrets":{{Count(restored.Secrets.Count)}}}""");
                return ExitCodes.Ok;
            }
            io.Out.WriteLine($"{io.OutStyle.Green("✓")} Restored {Count(restored.Files)} files of pryx {SafeText.Line(restored.Version, 40)}{(restored.Secrets.Count > 0 ? $", and {Count(restored.Secrets.Count)} keys and tokens" : "")}.");
            if (restored.Aside is { } aside)
            {
                io.Out.WriteLine($"What was there is in {SafeText.Line(aside, 4000)}; delete it when you do not need it any more.");
            }
            return ExitCodes.Ok;
        });
        return command.WithExamples("pryx backup restore pryx.tar.gz\npryx backup restore pryx.tar.gz --with-secrets --force");
    }

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Size(long bytes) => bytes switch
    {
        < 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KB"),
        < 1024L * 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024):0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024 * 1024):0.#} GB"),
    };

    private static Argument<string> FileArgument() => new("FILE") { Description = "A file of pryx backup create" };

    public static Option<bool> SecretsOption(string description) => new("--with-secrets") { Description = description };

    public static Option<bool> Json() => new("--json", "-j") { Description = "JSON on stdout" };
}
