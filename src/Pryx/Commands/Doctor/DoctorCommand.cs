using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Host;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Health;
using Pryx.Terminal;

namespace Pryx.Commands.Doctor;

/// <summary><c>pryx doctor</c>: what works, what does not, and the command that puts it right. Exit code 1 only where something fails.</summary>
internal static class DoctorCommand
{
    public static Command Create(CommandIo io)
    {
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var fix = new Option<bool>("--fix") { Description = "Put right what can be put right without losing anything" };
        var bundle = new Option<string?>("--bundle") { HelpName = "FILE", Description = "Write a ZIP archive for whoever helps you: the report, the configuration and the end of the log, without secrets" };
        var command = new Command("doctor", "Look at everything Pryx needs and say what to do where something is missing") { json, fix, bundle };
        command.SetAction((parsed, cancellationToken) => RunAsync(io, parsed.GetValue(json), parsed.GetValue(fix), parsed.GetValue(bundle), cancellationToken));
        return command.WithExamples("pryx doctor\npryx doctor --fix\npryx doctor --json\npryx doctor --bundle pryx-support.zip");
    }

    private static async Task<int> RunAsync(CommandIo io, bool isJson, bool fixes, string? bundle, CancellationToken cancellationToken)
    {
        try
        {
            return await ApiCall.RunAsync(io, async (api, token) =>
            {
                var report = await (fixes
                    ? api.CallAsync("POST", "/api/v1/doctor/fix", null, DoctorJson.Default.DoctorReport, token)
                    : api.CallAsync("GET", "/api/v1/doctor", null, DoctorJson.Default.DoctorReport, token));
                var code = Show(io, report, isJson);
                if (bundle is not null)
                {
                    await SaveBundleAsync(io, api, bundle, token);
                }
                return code;
            }, cancellationToken);
        }
        catch (PryxException e) when (e.Code.StartsWith("STORAGE_", StringComparison.Ordinal))
        {
            // Without its database there is no Core to ask: that is the finding.
            return Show(io, new("unhealthy", [new("sqlite", DoctorStatus.Fail, e.Message) { Fix = e.Next }]), isJson);
        }
    }

    private static int Show(CommandIo io, DoctorReport report, bool isJson)
    {
        if (isJson)
        {
            io.Out.WriteLine(JsonSerializer.Serialize(report, DoctorJson.Default.DoctorReport));
        }
        else
        {
            Write(io, report);
        }
        return report.Checks.Any(static check => check.Status == DoctorStatus.Fail) ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static void Write(CommandIo io, DoctorReport report)
    {
        var style = io.OutStyle;
        foreach (var check in report.Checks)
        {
            var status = check.Status switch { DoctorStatus.Ok => style.Green("OK"), DoctorStatus.Warn => style.Yellow("WARN"), _ => style.Red("FAIL") };
            io.Out.WriteLine($"{style.Bold(SafeText.Line(check.Name))} {status} - {SafeText.Line(check.Detail, 1_000)}{(check.WasFixed ? style.Green(" (put right)") : "")}");
            if (check.Fix is { } fix)
            {
                foreach (var line in fix.Split('\n'))
                {
                    io.Out.WriteLine($"  {style.Dim(line == fix.Split('\n')[0] ? "→" : " ")} {SafeText.Line(line, 1_000)}");
                }
            }
        }
        int Count(string status) => report.Checks.Count(check => check.Status == status);
        io.Out.WriteLine();
        io.Out.WriteLine($"{(report.Status == "healthy" ? style.Green("healthy") : style.Red("unhealthy"))}: {Count(DoctorStatus.Ok)} OK, {Count(DoctorStatus.Warn)} WARN, {Count(DoctorStatus.Fail)} FAIL");
        if (report.Checks.Any(static check => check.CanFix))
        {
            io.Out.WriteLine("Some of it can be put right for you: pryx doctor --fix");
        }
    }

    private static async Task SaveBundleAsync(CommandIo io, ApiConnection api, string bundle, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(bundle, io.WorkingDirectory);
        using var answer = await api.SendAsync("GET", "/api/v1/doctor/bundle", null, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new PryxException("BUNDLE_FAILED", $"The bundle was not made ({(int)answer.StatusCode}).", "pryx doctor --verbose");
        }
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        await using (var file = new FileStream(path, options))
        {
            await answer.Content.CopyToAsync(file, cancellationToken);
        }
        io.Error.WriteLine($"Written: {path}. Look at it before you send it: it says what your folders are called.");
    }
}
