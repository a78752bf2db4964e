using System.CommandLine;
using System.Globalization;
using Pryx.Commands.Gateway;
using Pryx.Terminal;

namespace Pryx.Commands.Audit;

/// <summary><c>pryx audit …</c>: what was judged, asked, answered, done and changed, and whether the record of it is whole.</summary>
internal static class AuditCommand
{
    public static Command Create(CommandIo io) =>
        new Command("audit", "What was judged, asked, answered and done, and whether the record is whole") { List(io), Export(io), Stats(io), Verify(io), Accept(io) }.WithExamples("""
            pryx audit list --since 1d --outcome deny
            pryx audit list --action 'approval.*' --session 4f1c
            pryx audit export --format csv --output audit.csv
            pryx audit verify
            """);

    private static Command List(CommandIo io)
    {
        var filter = new AuditFilterOptions();
        var limit = new Option<int>("--limit", "-n") { HelpName = "COUNT", Description = "At most so many, the newest (default 30)", DefaultValueFactory = static _ => 30 };
        var json = new Option<bool>("--json", "-j") { Description = "JSON lines on stdout" };
        var command = new Command("list", "The newest entries, the newest last") { limit, json };
        command.Aliases.Add("ls");
        command.Aliases.Add("query");
        filter.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var wanted = parsed.GetValue(limit);
            if (wanted is < 1 or > 100_000)
            {
                throw UsageError.Of($"--limit {wanted.ToString(CultureInfo.InvariantCulture)}: 1 to 100000 is expected.", "pryx audit export writes all of it");
            }
            return ApiCall.RunAsync(io, (api, token) => AuditListing.ShowAsync(api, io, filter.QueryOf(parsed, io), wanted, parsed.GetValue(json), token), cancellationToken);
        });
        return command.WithExamples("pryx audit list --since 2h --actor 'cli:*' --action grant.added");
    }

    private static Command Export(CommandIo io)
    {
        var filter = new AuditFilterOptions();
        var format = new Option<string>("--format", "-f") { HelpName = "FORMAT", Description = "jsonl (default), csv or json", DefaultValueFactory = static _ => "jsonl" };
        format.AcceptOnlyFromAmong("jsonl", "csv", "json");
        var output = new Option<string?>("--output", "-o") { HelpName = "FILE", Description = "Replaced as a whole when all of it is written (default: stdout)" };
        var command = new Command("export", "Every entry, oldest first, as a stream") { format, output };
        filter.AddTo(command);
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(
            io, (api, token) => AuditExportFile.WriteAsync(api, io, parsed.GetValue(format)!, filter.QueryOf(parsed, io), parsed.GetValue(output), token), cancellationToken));
        return command.WithExamples("pryx audit export --format jsonl > audit.jsonl");
    }

    private static Command Stats(CommandIo io)
    {
        var filter = new AuditFilterOptions();
        var limit = new Option<int>("--limit", "-n") { HelpName = "COUNT", Description = "Of the newest so many (default 10000)", DefaultValueFactory = static _ => 10_000 };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("stats", "How many entries of each kind there are, and how they ended") { limit, json };
        filter.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var wanted = parsed.GetValue(limit);
            return wanted is >= 1 and <= 100_000
                ? ApiCall.RunAsync(io, (api, token) => AuditStats.ShowAsync(api, io, filter.QueryOf(parsed, io), wanted, parsed.GetValue(json), token), cancellationToken)
                : throw UsageError.Of($"--limit {wanted.ToString(CultureInfo.InvariantCulture)}: 1 to 100000 is expected.");
        });
        return command.WithExamples("pryx audit stats --since 7d");
    }

    private static Command Verify(CommandIo io)
    {
        var head = new Option<string?>("--head") { HelpName = "SEQ:HASH", Description = "An entry as an earlier verify printed it: it must still be there" };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("verify", "Check all of it; exits 1 when anything is not as it was written") { head, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, (api, token) => AuditVerdict.ShowAsync(api, io, parsed.GetValue(head), parsed.GetValue(json), token), cancellationToken));
        return command.WithExamples("pryx audit verify --head 1284:9f2c…");
    }

    private static Command Accept(CommandIo io)
    {
        var reason = new Option<string?>("--reason", "-r") { HelpName = "TEXT", Description = "For whoever reads the log later" };
        var command = new Command("accept", "Take note of a broken log: an entry says what was found, and the check begins there") { reason };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, (api, token) => AuditVerdict.AcceptAsync(api, io, parsed.GetValue(reason), token), cancellationToken));
        return command.WithExamples("pryx audit accept --reason 'restored the backup of Monday'");
    }
}
