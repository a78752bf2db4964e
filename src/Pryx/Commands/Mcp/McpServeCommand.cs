using System.CommandLine;
using Pryx.Host;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Mcp;

/// <summary><c>pryx mcp serve</c>: the built-in tools, under the user's policy, for any MCP client.</summary>
internal static class McpServeCommand
{
    public static Command Create(CommandIo io)
    {
        var workspace = Workspace();
        var http = new Option<bool>("--http") { Description = "Serve Streamable HTTP instead of stdio" };
        var listen = new Option<string?>("--listen") { HelpName = "ADDR:PORT", Description = "With --http: listen there (default: 127.0.0.1:42424)" };
        var command = new Command("serve", "Offer the built-in tools as an MCP server; every call is judged by your policy") { workspace, http, listen };
        command.SetAction((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(http))
            {
                return ServeHttpAsync(io, parsed.GetValue(listen), cancellationToken);
            }
            return parsed.GetValue(listen) is null
                ? McpStdio.RunAsync(io, null, FolderOf(io, parsed.GetValue(workspace)), cancellationToken)
                : throw UsageError.Of("--listen goes with --http.", "pryx mcp serve --http --listen 127.0.0.1:8080");
        });
        return command.WithExamples("""
            pryx mcp serve --workspace ~/src/project
            pryx mcp serve --http --listen 127.0.0.1:8080
            """);
    }

    public static Option<string?> Workspace() => new("--workspace", "-w") { HelpName = "DIR", Description = "The folder its tools work in (default: the current one)" };

    public static string FolderOf(CommandIo io, string? given)
    {
        var folder = Path.GetFullPath(given ?? ".", io.WorkingDirectory);
        return Directory.Exists(folder) ? folder : throw new PryxException("WORKSPACE_MISSING", $"There is no folder {folder}.", "name another one with --workspace");
    }

    // The gateway is the HTTP server: its address, its tokens, its checks, and its surfaces answer what has to be asked.
    private static async Task<int> ServeHttpAsync(CommandIo io, string? listen, CancellationToken cancellationToken)
    {
        await using var daemon = await io.Reach.OpenDaemonAsync(cancellationToken);
        var running = daemon?.Daemon;
        if (running is not null)
        {
            if (listen is not null)
            {
                throw new PryxException("ALREADY_RUNNING", $"Pryx is running at {running.GetLeftPart(UriPartial.Authority)} and serves MCP there.", $"use {Address(running)}, or stop it first to have another address");
            }
            Tell(io, running);
            return ExitCodes.Ok;
        }
        await CoreProcess.RunAsync(new CoreRun
        {
            Listen = listen,
            HasAuthentication = true,
            WorkingDirectory = io.WorkingDirectory,
            OnWarning = warning => io.Error.WriteLine($"Warning: {SafeText.Of(warning)}"),
            OnReady = url => Tell(io, url),
        }, cancellationToken);
        return ExitCodes.Ok;
    }

    private static void Tell(CommandIo io, Uri url)
    {
        io.Out.WriteLine($"MCP is served at {Address(url)}");
        io.Out.WriteLine("Clients send Authorization: Bearer TOKEN; make a token with: pryx token create NAME --scope chat");
        io.Out.Flush();
    }

    private static string Address(Uri url) => $"{url.GetLeftPart(UriPartial.Authority)}/mcp";
}
