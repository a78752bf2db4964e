using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Commands.Providers;
using Pryx.Commands.Sessions;
using Pryx.Protocol;
using Pryx.Protocol.Processes;
using Pryx.Terminal;

namespace Pryx.Commands.Processes;

/// <summary><c>pryx process …</c>: background processes, an agent's and one's own.</summary>
internal static class ProcessCommand
{
    private const string Root = "/api/v1/processes";

    public static Command Create(CommandIo io) =>
        new Command("process", "Background processes: an agent's, and your own") { Start(io), List(io), Read(io), Stop(io) }.WithExamples("""
            pryx process list
            pryx process start 'npm run dev' --name web --tag dev
            pryx process read proc-abcdefghjk --follow
            pryx process stop --tag dev
            """);

    private static Command Start(CommandIo io)
    {
        var words = new Argument<string[]>("COMMAND") { Description = "One shell command line, best in quotes", Arity = ArgumentArity.OneOrMore };
        var name = new Option<string?>("--name") { Description = "What it is called" };
        var tag = new Option<string[]>("--tag") { Description = "To find it by; may be repeated" };
        var session = new Option<string?>("--session", "-s") { HelpName = "ID", Description = "It ends with this session; without one it runs until it is stopped" };
        var global = new Option<bool>("--global") { Description = "It outlives the session" };
        var workspace = new Option<string?>("--workspace", "-w") { HelpName = "DIR", Description = "The folder it runs in (default: the current one)" };
        var network = new Option<string[]>("--network") { HelpName = "HOST", Description = "A host that it may reach; may be repeated" };
        var outside = new Option<bool>("--outside-sandbox") { Description = "With your own rights, network and ports" };
        var mode = new Option<string?>("--mode") { Description = "hybrid (default), streaming or pump-dump: how it would be watched" };
        var buffer = new Option<int?>("--lines") { Description = "Lines that reading it shows (default 100)" };
        var ring = new Option<int?>("--ring") { Description = "Lines that are kept (default 500)" };
        var patterns = new Option<string[]>("--error-pattern") { Description = "A text that means trouble; may be repeated" };
        var interval = new Option<string?>("--summary-interval") { Description = "Such as 10m: how often it would be summarised" };
        var json = Json();
        var command = new Command("start", "Start one in the sandbox; what your policy denies stays denied") { words, name, tag, session, global, workspace, network, outside, mode, buffer, ring, patterns, interval, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            SessionId? only = null;
            if (parsed.GetValue(session) is { } id)
            {
                await ClientCommand.RunAsync(io, async (client, token) =>
                {
                    only = (await SessionLookup.FindAsync(client, id, token)).Id;
                    return ExitCodes.Ok;
                }, cancellationToken);
            }
            var plain = new ProcessOutputConfig();
            var wanted = new StartProcess(string.Join(' ', parsed.GetValue(words)!))
            {
                Name = parsed.GetValue(name),
                Tags = parsed.GetValue(tag),
                SessionId = only,
                Global = parsed.GetValue(global) || only is null,
                Workspace = Path.GetFullPath(parsed.GetValue(workspace) ?? ".", io.WorkingDirectory),
                Network = parsed.GetValue(network),
                OutsideSandbox = parsed.GetValue(outside),
                Mode = parsed.GetValue(mode),
                OutputConfig = new()
                {
                    BufferLines = parsed.GetValue(buffer) ?? plain.BufferLines,
                    CircularBufferSize = parsed.GetValue(ring) ?? plain.CircularBufferSize,
                    ErrorPatterns = parsed.GetValue(patterns) ?? [],
                    SummaryInterval = parsed.GetValue(interval),
                },
                ApproveAll = true, // Whoever types it has decided it.
            };
            return await ApiCall.RunAsync(io, async (api, token) =>
            {
                var started = await api.CallAsync("POST", Root, JsonSerializer.Serialize(wanted, ProcessesJson.Default.StartProcess), ProcessesJson.Default.BackgroundProcessBody, token);
                if (parsed.GetValue(json))
                {
                    io.WriteJson(started, ProcessesJson.Default.BackgroundProcessBody);
                    return ExitCodes.Ok;
                }
                ProcessReport.Write(io, started);
                io.Out.WriteLine($"Read it: pryx process read {started.Id}   Stop it: pryx process stop {started.Id}");
                return ExitCodes.Ok;
            }, cancellationToken);
        });
        return command.WithExamples("pryx process start 'npm run dev' --name web --outside-sandbox\npryx process start 'tail -f app.log' --tag logs");
    }

    private static Command List(CommandIo io)
    {
        var tag = new Option<string?>("--tag") { Description = "Only those with this tag" };
        var running = new Option<bool>("--running") { Description = "Only those that run" };
        var json = Json();
        var command = new Command("list", "Those that run and those that have ended, newest first, each with its last ten lines") { tag, running, json };
        command.Aliases.Add("ls");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            List<string> query = [.. parsed.GetValue(tag) is { } only ? [$"tag={Uri.EscapeDataString(only)}"] : (string[])[], .. parsed.GetValue(running) ? ["status=running"] : (string[])[]];
            var list = await api.CallAsync("GET", $"{Root}?{string.Join('&', query)}", null, ProcessesJson.Default.BackgroundProcessList, token);
            if (parsed.GetValue(json))
            {
                io.WriteJson(list, ProcessesJson.Default.BackgroundProcessList);
                return ExitCodes.Ok;
            }
            if (list.Processes.Count == 0)
            {
                io.Out.WriteLine("No background processes. Start one: pryx process start 'npm run dev'");
            }
            foreach (var process in list.Processes)
            {
                ProcessReport.Write(io, process);
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Command Read(CommandIo io)
    {
        var id = new Argument<string>("ID") { Description = "As pryx process list shows it" };
        var lines = new Option<int?>("--lines", "-n") { Description = "At most so many, up to 500 (default 100)" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on until it ends, or Ctrl-C" };
        var json = Json();
        var command = new Command("read", "The last lines of one") { id, lines, follow, json };
        command.Aliases.Add("logs");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var path = $"{Root}/{Uri.EscapeDataString(parsed.GetValue(id)!)}";
            var first = parsed.GetValue(lines) is { } count ? $"?lines={count}" : "";
            var process = await api.CallAsync("GET", path + first, null, ProcessesJson.Default.BackgroundProcessBody, token);
            if (parsed.GetValue(json))
            {
                io.WriteJson(process, ProcessesJson.Default.BackgroundProcessBody);
                return ExitCodes.Ok;
            }
            ProcessReport.Write(io, process);
            while (parsed.GetValue(follow) && process.Status == "running")
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), io.Time, token);
                process = await api.CallAsync("GET", $"{path}?lines=500&after={process.LineCount}", null, ProcessesJson.Default.BackgroundProcessBody, token);
                ProcessReport.WriteLines(io, process);
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Command Stop(CommandIo io)
    {
        var ids = new Argument<string[]>("ID") { Description = "As pryx process list shows them", Arity = ArgumentArity.ZeroOrMore };
        var tag = new Option<string?>("--tag") { Description = "All with this tag" };
        var all = new Option<bool>("--all") { Description = "All there are" };
        var json = Json();
        var command = new Command("stop", "End processes and everything they have started") { ids, tag, all, json };
        command.Aliases.Add("kill");
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            List<string> stopped = [];
            if (parsed.GetValue(ids) is { Length: > 0 } named)
            {
                foreach (var id in named)
                {
                    stopped.Add((await api.CallAsync("POST", $"{Root}/{Uri.EscapeDataString(id)}/stop", null, ProcessesJson.Default.BackgroundProcessBody, token)).Id);
                }
            }
            else if (parsed.GetValue(tag) is { } only)
            {
                stopped.AddRange((await api.CallAsync("POST", $"{Root}/stop?tag={Uri.EscapeDataString(only)}", null, ProcessesJson.Default.StoppedProcesses, token)).Ids);
            }
            else if (parsed.GetValue(all))
            {
                stopped.AddRange((await api.CallAsync("POST", $"{Root}/stop", null, ProcessesJson.Default.StoppedProcesses, token)).Ids);
            }
            else
            {
                throw UsageError.Of("Say which to stop.", "pryx process stop ID, --tag TAG or --all");
            }
            if (parsed.GetValue(json))
            {
                io.WriteJson(new StoppedProcesses(stopped), ProcessesJson.Default.StoppedProcesses);
                return ExitCodes.Ok;
            }
            io.Out.WriteLine(stopped.Count == 0 ? "Nothing ran." : $"Stopped {string.Join(", ", stopped.Select(id => SafeText.Line(id)))}");
            return ExitCodes.Ok;
        }, cancellationToken));
        return command;
    }

    private static Option<bool> Json() => new("--json", "-j") { Description = "JSON on stdout" };
}
