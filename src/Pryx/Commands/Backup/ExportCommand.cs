using System.CommandLine;
using Pryx.Terminal;

namespace Pryx.Commands.Backup;

/// <summary><c>pryx export</c>: what one takes along to another machine.</summary>
internal static class ExportCommand
{
    public static Command Create(CommandIo io)
    {
        var file = new Argument<string>("FILE") { Description = "A new file, such as pryx-setup.tar.gz" };
        var sessions = new Option<bool>("--sessions") { Description = "The sessions, too, as pryx backup create does" };
        var secrets = BackupCommand.SecretsOption("Put keys and tokens in, under a passphrase (asked for, or PRYX_BACKUP_PASSPHRASE)");
        var json = BackupCommand.Json();
        var command = new Command("export", "Write settings, skills, servers, agents, commands, policies and memory into one file, for another machine") { file, sessions, secrets, json };
        command.SetAction((parsed, cancellationToken) => BackupCommand.WriteAsync(io, parsed.GetValue(file), parsed.GetValue(sessions), parsed.GetValue(secrets), parsed.GetValue(json), cancellationToken));
        return command.WithExamples("pryx export pryx-setup.tar.gz\npryx export all.tar.gz --sessions --with-secrets");
    }
}
