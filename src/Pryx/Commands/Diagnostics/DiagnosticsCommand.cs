using System.CommandLine;
using Pryx.Commands.Gateway;
using Pryx.Commands.Providers;
using Pryx.Protocol.Diagnostics;
using Pryx.Terminal;

namespace Pryx.Commands.Diagnostics;

/// <summary><c>pryx diagnostics [FILE]</c>: what looks for errors in code, and what it finds.</summary>
internal static class DiagnosticsCommand
{
    private const string Root = "/api/v1/code/diagnostics";

    public static Command Create(CommandIo io)
    {
        var file = new Argument<string?>("FILE") { Arity = ArgumentArity.ZeroOrOne, Description = "A file to look at now; without one, what there is to look with" };
        var workspace = new Option<string?>("--workspace", "-w") { HelpName = "DIR", Description = "The folder of the file (default: the current one)" };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("diagnostics", "The errors that edits are told about: who finds them, and what is there now") { file, workspace, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var folder = Path.GetFullPath(parsed.GetValue(workspace) ?? ".", io.WorkingDirectory);
            var found = parsed.GetValue(file) is { } path
                ? await api.CallAsync("POST", $"{Root}?workspace={Uri.EscapeDataString(folder)}&file={Uri.EscapeDataString(Path.GetFullPath(path, io.WorkingDirectory))}", "{}", CodeDiagnosticsJson.Default.CodeDiagnostics, token)
                : await api.CallAsync("GET", Root, null, CodeDiagnosticsJson.Default.CodeDiagnostics, token);
            if (parsed.GetValue(json))
            {
                io.WriteJson(found, CodeDiagnosticsJson.Default.CodeDiagnostics);
            }
            else if (parsed.GetValue(file) is null)
            {
                List(io, found);
            }
            else
            {
                Show(io, found);
            }
            return found.Errors is { Count: > 0 } || (found.Errors is null && found.CheckedBy is not null) ? ExitCodes.Failed : ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx diagnostics\npryx diagnostics src/main.py --json");
    }

    private static void List(CommandIo io, CodeDiagnostics found)
    {
        foreach (var checker in found.Checkers)
        {
            io.Out.WriteLine($"{io.OutStyle.Bold(SafeText.Line(checker.Name))}  {SafeText.Line(string.Join(' ', checker.Files))}  {io.OutStyle.Dim($"{SafeText.Line(checker.Command)}{(checker.Kind == "lsp" ? ", language server" : "")}")}");
        }
        io.Out.WriteLine(found switch
        {
            { Sandboxed: false } => "Nothing is run: there is no sandbox here. pryx doctor says how to get one.",
            { Use: "off" } => "Edits are told nothing: diagnostics_use is off.",
            { Use: "always" } => "Edits in trusted folders are told the errors they introduce.",
            _ => "Edits are told the errors they introduce in trusted folders whose commands run unasked (pryx grant add folder).",
        });
    }

    private static void Show(CommandIo io, CodeDiagnostics found)
    {
        foreach (var error in found.Errors ?? [])
        {
            io.Out.WriteLine($"{SafeText.Line(error.File)}:{error.Line}: {SafeText.Line(error.Message, 400)}");
        }
        if (found.Errors is not { Count: > 0 })
        {
            io.Out.WriteLine(found switch
            {
                { CheckedBy: { } who, Errors: not null } => $"No errors ({SafeText.Line(who)}).",
                { Sandboxed: false } => "Nothing is run: there is no sandbox here. pryx doctor says how to get one.",
                { CheckedBy: { } who } => $"The checker {SafeText.Line(who)} gave no answer: it is not found inside the sandbox, fails there or takes too long.",
                _ => "Nothing here looks at such a file: pryx diagnostics lists what there is.",
            });
        }
    }
}
