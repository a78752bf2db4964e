using System.Globalization;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Host;
using Pryx.Protocol.Audit;
using Pryx.Terminal;

namespace Pryx.Commands.Audit;

/// <summary>What the check of the log found: exit code 0 for a whole one, 1 for a broken one.</summary>
internal static class AuditVerdict
{
    public static async Task<int> ShowAsync(ApiConnection api, CommandIo io, string? head, bool isJson, CancellationToken cancellationToken)
    {
        var path = "/api/v1/audit/verify" + (head is null ? "" : $"?head={Uri.EscapeDataString(head)}");
        var check = await api.CallAsync("GET", path, null, AuditJson.Default.AuditCheck, cancellationToken);
        if (isJson)
        {
            io.Out.WriteLine(JsonSerializer.Serialize(check, AuditJson.Default.AuditCheck));
        }
        else
        {
            Print(io, check);
        }
        return check.Ok ? ExitCodes.Ok : ExitCodes.Failed;
    }

    public static async Task<int> AcceptAsync(ApiConnection api, CommandIo io, string? reason, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.Serialize(new AcceptAudit(reason), AuditJson.Default.AcceptAudit);
        var check = await api.CallAsync("POST", "/api/v1/audit/accept", body, AuditJson.Default.AuditCheck, cancellationToken);
        Print(io, check);
        return check.Ok ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static void Print(CommandIo io, AuditCheck check)
    {
        var style = io.OutStyle;
        if (check.FirstBroken is { } broken)
        {
            io.Out.WriteLine($"{style.Red("Broken:")} {(broken.Seq <= 0 || broken.Trouble.StartsWith("entr", StringComparison.Ordinal) ? "" : $"entry {Number(broken.Seq)}: ")}{SafeText.Line(broken.Trouble)}");
            io.Out.WriteLine($"Checked before it: {Entries(check.Entries)}");
            io.Out.WriteLine($"{style.Bold("Next:")} keep a copy of the data folder, find out who wrote there, then pryx audit accept --reason '…'");
        }
        else
        {
            io.Out.WriteLine($"{style.Green("Whole:")} {Entries(check.Entries)}{(check.HeadSeq == 0 ? "" : $", the last is {Number(check.HeadSeq)}")}");
        }
        if (check.HeadHash is { } hash && check.Ok)
        {
            io.Out.WriteLine($"Head:  {Number(check.HeadSeq)}:{SafeText.Line(hash)}");
            io.Out.WriteLine(style.Dim("Noted elsewhere, it proves later that nothing before it was changed: pryx audit verify --head SEQ:HASH"));
        }
        if (check.Accepted is { } accepted)
        {
            io.Out.WriteLine(style.Yellow($"Before entry {Number(accepted.Seq)} the log was broken ({SafeText.Line(accepted.Trouble)}); {SafeText.Line(accepted.By)} took note of it on {accepted.At.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}."));
        }
    }

    private static string Entries(long count) => count == 1 ? "1 entry" : $"{Number(count)} entries";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
