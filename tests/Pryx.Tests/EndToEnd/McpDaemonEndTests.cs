using System.Text.Json.Nodes;
using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>What becomes of the programs of MCP servers when the daemon ends, however it does. They are counted in /proc, outside the program.</summary>
public sealed class McpDaemonEndTests
{
    // Itself, a child in a session of its own and a grandchild, none of which minds a polite signal.
    private const string Server =
        """
        import json, os, signal, subprocess, sys
        for s in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT): signal.signal(s, signal.SIG_IGN)
        subprocess.Popen(["setsid", "sh", "-c", "trap '' TERM HUP INT; sleep 64.8261 & sleep 64.8261"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for line in sys.stdin:
            m = json.loads(line)
            if m.get("method") == "initialize":
                r = {"protocolVersion": m["params"]["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": {"name": "stubborn", "version": "1"}}
            elif m.get("method") == "tools/list":
                r = {"tools": [{"name": "nothing", "inputSchema": {"type": "object"}}]}
            elif "id" in m:
                print(json.dumps({"jsonrpc": "2.0", "id": m["id"], "error": {"code": -32601, "message": "no such method"}}), flush=True)
                continue
            else:
                continue
            print(json.dumps({"jsonrpc": "2.0", "id": m["id"], "result": r}), flush=True)
        while True: signal.pause()
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, "host")]
    [InlineData(false, "host")]
    [InlineData(true, "core")]
    [InlineData(false, "core")]
    [InlineData(false, "both")]
    [InlineData(false, "term")]
    [Requirement("NFR-R1", "none left by the daemon")]
    [Requirement("FR3.A1", "no process left")]
    public async Task A_daemon_that_is_ended_takes_its_servers_along(bool isSandboxed, string victim)
    {
        const string python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists(python), "Needs python3: apt install python3");
        using var person = new Person();
        var program = Path.Combine(person.Folder, "stubborn_server.py");
        await File.WriteAllTextAsync(program, Server, Cancellation);
        Directory.CreateDirectory(Path.Combine(person.Home.Data, "mcp"));
        await File.WriteAllTextAsync(Path.Combine(person.Home.Data, "mcp", "servers.json"), new JsonObject
        {
            ["servers"] = new JsonObject { ["stubborn"] = new JsonObject { ["command"] = new JsonArray(python, program), ["sandbox"] = isSandboxed } },
        }.ToJsonString(), Cancellation);
        await using var served = await ServedPryx.StartAsync(person);
        // Nobody has asked for it: it is connected by itself once the daemon is ready.
        await Until.TrueAsync(() => OtherProcesses.Exist("64.8261"), Cancellation);
        while ((await served.GetAsync("/api/v1/mcp/servers/stubborn")).GetProperty("state").GetString() != "connected")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancellation);
        }

        if (victim is "core" or "both")
        {
            Kill(served.CorePid);
        }
        if (victim is "host" or "both")
        {
            served.Process.KillHard();
        }
        if (victim is "core" or "term")
        {
            await served.EndAsync(Signals.Term);
        }

        await Until.TrueAsync(() => !OtherProcesses.Exist("64.8261") && !OtherProcesses.Exist(program) && ServedPryx.ProcessesOf(person).Count == 0, Cancellation, seconds: 5);
    }

    private static void Kill(int pid)
    {
        using var kill = System.Diagnostics.Process.Start("kill", ["-9", pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}
