using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Core.Configuration;
using Pryx.Core.Files;
using Pryx.Core.Mcp.Connections;
using Pryx.Core.Processes;
using Pryx.Core.Sandbox;

namespace Pryx.Core.Mcp.Transports;

/// <summary>What a server's program is started with, and the sandbox that ends with it.</summary>
/// <param name="Level">Which sandbox holds it, in lower case; <c>none</c> for none.</param>
internal sealed record McpPlace(SpawnRequest Request, string Level, SandboxProxy? Proxy) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        if (Proxy is not null)
        {
            await Proxy.DisposeAsync().ConfigureAwait(false);
        }
    }
}

/// <summary>Where and with what rights the programs of servers are started.</summary>
/// <param name="Folder">A private folder of ours.</param>
/// <param name="Own">What programs may see of our environment, before secrets are taken out.</param>
internal sealed record McpLaunch(ProcessSpawner Spawner, SandboxProfiles Profiles, McpReferences References, McpHttpTransports Http, string Folder, IReadOnlyDictionary<string, string> Own)
{
    /// <summary>Judges hosts beyond <see cref="McpServer.Network"/> while a call is going on; false for everything else.</summary>
    public Func<McpServer, HostRequest, CancellationToken, Task<bool>> AskHostAsync { get; init; } = static (_, _, _) => Task.FromResult(false);

    public SandboxNetworkOptions Network { get; init; } = new();

    /// <inheritdoc cref="McpOptions.Memory"/>
    public ICallMemory Memory { get; init; } = NoMemory.Instance;

    // Who configures one of these wants its package fetched.
    private static readonly string[] Fetchers = ["npx", "npm", "pnpm", "pnpx", "yarn", "bunx", "bun", "uvx", "uv", "pipx", "deno"];

    /// <exception cref="SpawnException">It may not run here, or its folder is missing.</exception>
    public async Task<McpPlace> PrepareAsync(McpServer server, McpLog log, CancellationToken cancellationToken)
    {
        var state = server.IsSandboxed ? await Spawner.SandboxStateAsync().ConfigureAwait(false) : null;
        var own = OwnFolder(server.Name);
        var folder = server.Cwd is { } cwd ? WorkspacePath.Canonicalize(cwd) : own;
        if (!Directory.Exists(folder))
        {
            throw new SpawnException($"its folder {folder} does not exist");
        }
        var environment = new Dictionary<string, string>(ChildEnvironment.Build(Own, new Dictionary<string, string>(), await References.ResolveAsync(server.Name, server.Env, cancellationToken).ConfigureAwait(false)));
        var request = new SpawnRequest(server.Command[0], [.. server.Command.Skip(1)]) { WorkingDirectory = folder, Environment = environment, KeepsInput = true, Memory = Memory };
        if (state is null)
        {
            return new(request, "none", null);
        }
        if (state.Level == SandboxLevel.None)
        {
            return server.Origin == McpOrigin.Home
                ? new(request, "none", null)
                : throw new SpawnException($"it is configured by the folder and there is no sandbox to run it in ({state.Reason}). Copy it into your own servers.json to run it with your rights");
        }
        var hosts = server.Network.Count == 0 && Fetchers.Contains(Path.GetFileNameWithoutExtension(server.Command[0]), StringComparer.OrdinalIgnoreCase) ? [NamedHosts.Registries] : server.Network;
        SandboxProxy? proxy = null;
        if (state.HasProxy)
        {
            var mode = SandboxMode.WithHosts(hosts, async (host, token) => await AskHostAsync(server, host, token).ConfigureAwait(false) || Refused(server, log, host));
            try
            {
                proxy = SandboxProxy.Start(Path.Combine(Folder, Guid.NewGuid().ToString("N")[..8] + ".sock"), mode, Network);
            }
            catch (FormatException e)
            {
                throw new SpawnException($"a host of its network list can not be read: {e.Message}");
            }
        }
        else if (hosts.Count > 0)
        {
            log.Add("pryx", $"This sandbox ({state.Level}) can not open single hosts: it runs without network. {state.HowToRaise}");
        }
        return new(request with { Sandbox = ProfileOf(server, folder, own, proxy) }, state.Level.ToString().ToLowerInvariant(), proxy);
    }

    private SandboxProfile ProfileOf(McpServer server, string folder, string own, SandboxProxy? proxy)
    {
        List<string> writable = [folder, own];
        // A server that is given folders is meant to work in them.
        writable.AddRange(server.Command.Skip(1).Where(static word => Path.IsPathFullyQualified(word) && Directory.Exists(word)).Concat(server.Writable.Where(Directory.Exists)).Select(static path => WorkspacePath.Canonicalize(path)));
        var temporary = Path.Combine(own, "tmp");
        PryxPaths.CreatePrivate(temporary);
        List<SandboxProfile> profiles = [.. writable.Distinct(StringComparer.Ordinal).Select(path => Profiles.For(path, null, temporary, proxy is null ? NetworkAccess.None : NetworkAccess.Proxy))];
        return profiles[0] with
        {
            Writable = [.. profiles.SelectMany(static profile => profile.Writable).Distinct()],
            Hidden = [.. profiles.SelectMany(static profile => profile.Hidden).Distinct()],
            // Its script may lie in a place that is not there inside, such as /tmp.
            Visible = [.. profiles.SelectMany(static profile => profile.Visible).Concat(server.Command.Where(static word => Path.IsPathFullyQualified(word) && File.Exists(word)).Select(static path => WorkspacePath.Canonicalize(path))).Distinct()],
            Protected = [.. profiles.SelectMany(static profile => profile.Protected).Distinct()],
            Forbidden = [.. profiles.SelectMany(static profile => profile.Forbidden).Distinct()],
            ProxySocket = proxy?.SocketPath,
            // It lives as long as Pryx does.
            Limits = new SandboxLimits { Cpu = null },
        };
    }

    private string OwnFolder(string name)
    {
        var path = Path.Combine(Folder, "mcp", name);
        PryxPaths.CreatePrivate(Folder);
        PryxPaths.CreatePrivate(Path.Combine(Folder, "mcp"));
        PryxPaths.CreatePrivate(path);
        return WorkspacePath.Canonicalize(path);
    }

    private static bool Refused(McpServer server, McpLog log, HostRequest host)
    {
        log.Add("pryx", $"It wanted to reach {host.Target}, which was refused. To allow it, add \"{host.Target}\" to \"network\" of '{server.Name}' in {server.Source ?? "servers.json"}.");
        return false;
    }
}
