using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Protocol.Policies;
using Pryx.Terminal;

namespace Pryx.Commands.Policies;

/// <summary><c>pryx policy …</c>: what decides about tool calls, seen, checked, tried on single calls and on the past.</summary>
internal static class PolicyCommand
{
    public static Command Create(CommandIo io) =>
        new Command("policy", "See, check and try the rules that judge every tool call") { List(io), Show(io), PolicyChecks.Check(io), PolicyEdit.Create(io), PolicyChecks.Test(io), PolicyChecks.Explain(io), PolicyChecks.Simulate(io), Schema(io) }.WithExamples("""
            pryx policy list
            pryx policy explain shell.exec 'git push origin main'
            pryx policy explain --policy trading-safe http.request '{"url":"https://api.binance.com/x"}'
            pryx policy edit trading-safe
            pryx policy simulate trading-safe --since 30d
            """);

    private static Command List(CommandIo io)
    {
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("list", "The modes, and your policy files") { json };
        command.Aliases.Add("ls");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var overview = await api.CallAsync("GET", "/api/v1/policies", null, PoliciesJson.Default.PolicyModeList, token);
            var files = await api.CallAsync("GET", "/api/v1/policies/files", null, PoliciesJson.Default.PolicyFileList, token);
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(new PolicyChoices(overview.Modes, files.Folder, files.Policies), PoliciesJson.Default.PolicyChoices));
                return ExitCodes.Ok;
            }
            io.Out.WriteLine(io.OutStyle.Bold("Modes"));
            var width = overview.Modes.Max(static mode => mode.Name.Length);
            foreach (var mode in overview.Modes)
            {
                io.Out.WriteLine($"  {io.OutStyle.Cyan(mode.Name.PadRight(width))}  {mode.Says}{(mode.IsDefault ? io.OutStyle.Dim(" (default)") : "")}");
            }
            io.Out.WriteLine(io.OutStyle.Bold($"Policies in {SafeText.Line(files.Folder)}"));
            foreach (var file in files.Policies)
            {
                var note = file.Problems.Count > 0 ? io.OutStyle.Red($"broken: {SafeText.Line(file.Problems[0].ToString())}")
                    : file.Always ? io.OutStyle.Dim("counts always, can only tighten")
                    : SafeText.Line(file.Description ?? "");
                io.Out.WriteLine($"  {io.OutStyle.Cyan(SafeText.Line(file.Name))}  {note}");
            }
            if (files.Policies.Count == 0)
            {
                io.Out.WriteLine("  None yet. Write one: pryx policy edit NAME");
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Command Show(CommandIo io)
    {
        var name = new Argument<string>("NAME") { Description = "As pryx policy list shows it" };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("show", "A policy file as it is written") { name, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var file = await api.CallAsync("GET", $"/api/v1/policies/files/{Uri.EscapeDataString(parsed.GetValue(name)!)}", null, PoliciesJson.Default.PolicyFileBody, token);
            if (parsed.GetValue(json))
            {
                io.Out.WriteLine(JsonSerializer.Serialize(file, PoliciesJson.Default.PolicyFileBody));
                return ExitCodes.Ok;
            }
            io.Out.Write(SafeText.Of(file.Text ?? ""));
            PolicyChecks.WriteProblems(io, file.Path, file.Problems);
            return file.Problems.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        }, cancellationToken));
        return command;
    }

    private static Command Schema(CommandIo io)
    {
        var command = new Command("schema", "The JSON schema of policy files, for your editor");
        command.SetAction((_, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            using var answer = await api.SendAsync("GET", "/api/v1/policies/schema", null, token);
            io.Out.WriteLine(await answer.Content.ReadAsStringAsync(token));
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx policy schema > ~/.pryx/policies/policy.schema.json");
    }
}
