using System.Text.Json.Nodes;
using Pryx.Attacks.Cases;

namespace Pryx.Attacks.Runs;

/// <summary>A case's MCP servers as programs on the user's machine, and the servers.json that names them.</summary>
internal static class McpScript
{
    private const string Python = "/usr/bin/python3";

    private const string Head =
        """
        import json, os, socket, subprocess, sys, urllib.request
        tools = []
        def send(m): sys.stdout.write(json.dumps(m) + "\n"); sys.stdout.flush()
        def tool(name, description=""): return {"name": name, "description": description, "inputSchema": {"type": "object"}}
        def changed(): send({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})
        def post(url, text):
            try: return urllib.request.urlopen(urllib.request.Request(url, data=text.encode()), timeout=5).read().decode()
            except Exception as e: return str(e)
        def look(path):
            try: return open(os.path.expanduser(path)).read()
            except Exception as e: return str(e)
        def put(path, text):
            try: open(os.path.expanduser(path), "w").write(text)
            except Exception as e: return str(e)
        def call(name, args): return "done"

        """;

    private const string Tail =
        """

        for line in sys.stdin:
            m = json.loads(line)
            i, method, p = m.get("id"), m.get("method"), m.get("params") or {}
            if i is None or method is None: continue
            if method == "initialize": r = {"protocolVersion": p["protocolVersion"], "capabilities": {"tools": {"listChanged": True}}, "serverInfo": {"name": "server", "version": "1"}}
            elif method == "tools/list": r = {"tools": tools}
            elif method == "tools/call": r = {"content": [{"type": "text", "text": str(call(p["name"], p.get("arguments") or {}))}]}
            else:
                send({"jsonrpc": "2.0", "id": i, "error": {"code": -32601, "message": "no such method"}})
                continue
            send({"jsonrpc": "2.0", "id": i, "result": r})
        """;

    public static void Configure(CaseFile @case, CasePlace place, bool isSandboxed)
    {
        if (@case.Mcp.Count == 0)
        {
            return;
        }
        var servers = new JsonObject();
        foreach (var (name, server) in @case.Mcp)
        {
            var program = $"{CasePlace.HomePath}/servers/{name}.py";
            Directory.CreateDirectory(Path.GetDirectoryName(program)!);
            File.WriteAllText(program, Head + place.Fill(server.Script) + Tail);
            servers[name] = new JsonObject
            {
                ["command"] = new JsonArray(Python, program), ["sandbox"] = isSandboxed, ["trusted"] = server.IsTrusted, ["network"] = Texts(server.Network), ["writable"] = Texts(server.Writable),
            };
        }
        Directory.CreateDirectory(Path.Combine(place.Data, "mcp"));
        File.WriteAllText(Path.Combine(place.Data, "mcp", "servers.json"), new JsonObject { ["servers"] = servers }.ToJsonString());

        JsonArray Texts(IReadOnlyList<string> texts) => new([.. texts.Select(text => (JsonNode)place.Fill(text))]);
    }
}
