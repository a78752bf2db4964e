using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Commands.Providers;
using Pryx.Protocol.Mcp;
using Pryx.Terminal;

namespace Pryx.Commands.Mcp;

/// <summary><c>pryx mcp add</c>: writes a server into the user's servers.json, from where it counts at once.</summary>
internal static class McpAddCommand
{
    private static readonly string[] Fetchers = ["npx", "npm", "pnpm", "pnpx", "yarn", "bunx", "bun", "uvx", "uv", "pipx", "deno"];

    public static Command Create(CommandIo io)
    {
        var name = new Argument<string>("NAME") { Description = "1 to 64 letters, digits, - and _" };
        var words = new Argument<string[]>("COMMAND") { Description = "After --: the program and its arguments", Arity = ArgumentArity.ZeroOrMore };
        var url = new Option<string?>("--url", "-u") { HelpName = "URL", Description = "A server over HTTP" };
        var cmd = new Option<string?>("--cmd", "-c") { HelpName = "\"PROGRAM ARGS\"", Description = "A program on this machine, as one text; or its words after --" };
        var env = new Option<string[]>("--env", "-e") { HelpName = "NAME=VALUE", Description = "For the program; VALUE may be keychain:NAME or ${VARIABLE}", Arity = ArgumentArity.OneOrMore };
        var header = new Option<string[]>("--header", "-H") { HelpName = "NAME=VALUE", Description = "For the server; VALUE as of --env", Arity = ArgumentArity.OneOrMore };
        var auth = new Option<string?>("--auth") { HelpName = "TYPE", Description = "oauth (default where a server asks), bearer (a token in the keychain), client_credentials (a client of yours, nobody signs in) or none" };
        var reference = new Option<string?>("--token-ref") { HelpName = "keychain:NAME", Description = "Where the token is kept" };
        var client = new Option<string?>("--client-id") { HelpName = "ID", Description = "A client that you have registered at the server" };
        var issuer = new Option<string?>("--issuer") { HelpName = "URL", Description = "For client_credentials: who gives out the tokens, if not the server itself" };
        var cwd = new Option<string?>("--cwd") { HelpName = "DIR", Description = "The folder the program runs in" };
        var hosts = new Option<string[]>("--allow-host") { HelpName = "HOST", Description = "A host the program may reach, or registries", Arity = ArgumentArity.OneOrMore };
        var write = new Option<string[]>("--write") { HelpName = "DIR", Description = "A folder the program may write to", Arity = ArgumentArity.OneOrMore };
        var trust = new Option<bool>("--trust") { Description = "What it says is not treated as untrusted text" };
        var noSandbox = new Option<bool>("--no-sandbox") { Description = "Run the program with your own rights" };
        var json = McpClientCommands.Json();
        var command = new Command("add", "Add an MCP server, or change one") { name, words, url, cmd, env, header, auth, reference, client, issuer, cwd, hosts, write, trust, noSandbox, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var (address, line) = (parsed.GetValue(url), CommandOf(parsed.GetValue(cmd), parsed.GetValue(words) ?? []));
            if (address is null == line is null)
            {
                throw UsageError.Of(address is null ? "Either --url or --cmd is needed." : "Only one of --url and --cmd can be given.", "pryx mcp add NAME --url https://example.org/mcp, or pryx mcp add NAME -- PROGRAM ARGS");
            }
            var isFetched = line is [var program, ..] && Fetchers.Contains(Path.GetFileNameWithoutExtension(program), StringComparer.OrdinalIgnoreCase);
            string[] network = [.. (isFetched ? ["registries"] : Array.Empty<string>()).Union(parsed.GetValue(hosts) ?? [])];
            var (variables, headers) = (Pairs("--env", parsed.GetValue(env)), Pairs("--header", parsed.GetValue(header)));
            var input = new McpServerInput(parsed.GetValue(name))
            {
                Url = address,
                Command = line,
                Transport = address is null ? "stdio" : "http",
                Cwd = FolderOf(io, parsed.GetValue(cwd)),
                Env = variables,
                Headers = headers,
                Auth = AuthOf(parsed.GetValue(auth), parsed.GetValue(reference), parsed.GetValue(client), parsed.GetValue(issuer)),
                Trusted = parsed.GetValue(trust) ? true : null,
                Sandbox = parsed.GetValue(noSandbox) ? false : null,
                Network = network.Length == 0 ? null : network,
                Writable = parsed.GetValue(write) is { Length: > 0 } folders ? [.. folders.Select(folder => FolderOf(io, folder)!)] : null,
            };
            var body = await api.CallAsync("POST", "/api/v1/mcp/servers", JsonSerializer.Serialize(input, McpJson.Default.McpServerInput), McpJson.Default.McpServerBody, token);
            WarnOfSecrets(io, variables, "--env");
            WarnOfSecrets(io, headers, "--header");
            if (parsed.GetValue(json))
            {
                io.WriteJson(body, McpJson.Default.McpServerBody);
                return ExitCodes.Ok;
            }
            Write(io, body, isFetched && parsed.GetValue(hosts) is not { Length: > 0 });
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("""
            pryx mcp add linear --url https://mcp.linear.app/mcp
            pryx mcp add files -- npx -y @modelcontextprotocol/server-filesystem ~/notes
            pryx mcp add notes --cmd "uvx my-notes" --env TOKEN=keychain:notes-token --allow-host api.notes.example
            pryx mcp add team --url https://mcp.example.org/mcp --auth bearer --token-ref keychain:team-token
            """);
    }

    private static void Write(CommandIo io, McpServerBody body, bool saysRegistries)
    {
        if (body.Replaced)
        {
            io.Out.WriteLine($"Server '{SafeText.Line(body.Name, 64)}' already exists, updating");
        }
        io.Out.WriteLine($"{io.OutStyle.Green("✓")} Added MCP server: {SafeText.Line(body.Name, 64)}");
        if (body.Source is { } source)
        {
            io.Out.WriteLine($"Config saved to: {SafeText.Line(source, 4000)}");
        }
        if (saysRegistries && !body.Sandboxed)
        {
            io.Out.WriteLine(io.OutStyle.Yellow("It runs with your own rights, not in the sandbox: it can read and change whatever you can."));
        }
        else if (saysRegistries)
        {
            io.Out.WriteLine("Its sandbox lets it reach the package registries, to fetch its package, and no other host; more with --allow-host HOST.");
        }
        if (body.Auth is { Type: "bearer" })
        {
            io.Out.WriteLine($"Give it its token: pryx mcp auth {body.Name} --token");
        }
        else if (body.Auth is { Type: "client_credentials" })
        {
            io.Out.WriteLine($"Give it the secret or key of your client: pryx mcp auth {body.Name} --client-secret");
        }
        io.Out.WriteLine($"Try it: pryx mcp test {body.Name}");
    }

    private static IReadOnlyList<string>? CommandOf(string? text, string[] words)
    {
        if (text is null)
        {
            return words.Length == 0 ? null : words;
        }
        if (words.Length > 0)
        {
            throw UsageError.Of("The command is given twice: by --cmd and after --.");
        }
        return CommandWords.Split(text) is { Count: > 0 } split ? split : throw UsageError.Of("--cmd: a program is expected, and quotes in pairs.", "pryx mcp add NAME --cmd \"node server.js\"");
    }

    private static Dictionary<string, string>? Pairs(string option, string[]? given)
    {
        if (given is not { Length: > 0 })
        {
            return null;
        }
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in given)
        {
            // Headers are also written as curl takes them.
            var cut = option == "--header" && pair.IndexOf(':') is > 0 and var colon && (pair.IndexOf('=') is var equals && (equals < 0 || colon < equals)) ? colon : pair.IndexOf('=');
            if (cut <= 0)
            {
                throw UsageError.Of($"{option}: NAME=VALUE is expected.", $"{option} TOKEN=keychain:my-token");
            }
            pairs[pair[..cut].Trim()] = option == "--header" ? pair[(cut + 1)..].Trim() : pair[(cut + 1)..];
        }
        return pairs;
    }

    private static McpAuthBody? AuthOf(string? type, string? reference, string? client, string? issuer)
    {
        if (type is not (null or "oauth" or "bearer" or "client_credentials" or "none"))
        {
            throw UsageError.Of("--auth: oauth, bearer, client_credentials or none is expected.");
        }
        if (type == "client_credentials" && client is null)
        {
            throw UsageError.Of("--client-id is missing: a client that you have registered at the server.", "pryx mcp add NAME --url URL --auth client_credentials --client-id ID");
        }
        if (reference is not null && !reference.StartsWith("keychain:", StringComparison.Ordinal))
        {
            throw UsageError.Of("--token-ref: keychain:NAME is expected; a token itself does not belong in a command line.", "pryx mcp auth NAME --token reads it from standard input");
        }
        return type is null && reference is null && client is null ? null : new(type ?? "oauth", reference, client, Issuer: issuer);
    }

    private static string? FolderOf(CommandIo io, string? given) => given is null ? null : Path.GetFullPath(given, io.WorkingDirectory);

    // Names only: the values are what must not be shown.
    private static void WarnOfSecrets(CommandIo io, Dictionary<string, string>? pairs, string option)
    {
        foreach (var (name, value) in pairs ?? [])
        {
            string[] signs = ["KEY", "TOKEN", "SECRET", "PASSWORD", "AUTHORIZATION"];
            if (signs.Any(sign => name.Contains(sign, StringComparison.OrdinalIgnoreCase)) && !value.Contains("keychain:", StringComparison.Ordinal) && !value.Contains("${", StringComparison.Ordinal))
            {
                io.Warn($"The value of {name} stands in servers.json as plain text. Better: {option} {name}=keychain:NAME, or ${{VARIABLE}}.");
            }
        }
    }
}
