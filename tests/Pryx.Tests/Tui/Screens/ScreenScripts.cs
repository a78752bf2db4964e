namespace Pryx.Tests.Tui.Screens;

/// <summary>Recorded answers for every screen.</summary>
internal static class ScreenScripts
{
    public static ScriptedLink All() => new ScriptedLink()
        .Answers("GET /api/v1/skills", "skills")
        .Answers("GET /api/v1/mcp/servers", "mcp-servers").Answers("GET /api/v1/mcp/servers/notes/logs", "mcp-logs").Answers("GET /api/v1/mcp/servers/linear/logs", """{"name":"linear","lines":[]}""").Answers("GET /api/v1/mcp/servers/linear/auth", "mcp-auth")
        .Answers("GET /api/v1/mcp/servers/files/tools", "mcp-tools").Answers("GET /api/v1/mcp/servers/files/logs", """{"name":"files","lines":[]}""")
        .Answers("GET /api/v1/agents", "agents").Answers("GET /api/v1/agents/definitions", "agent-definitions").Answers("GET /api/v1/processes", "processes").Answers("GET /api/v1/processes/proc-h2vu4wjp6h", "process")
        .Answers("GET /api/v1/traces", "traces").Answers("GET /api/v1/traces/6372b7db805043879a21188d9f1f39ff", "trace-short").Answers("GET /api/v1/traces/a592ae645a394629b58ccef64cf5a357", "trace")
        .Answers("GET /api/v1/cost/summary", "cost-summary").Answers("GET /api/v1/cost/sessions", "cost-sessions").Answers("GET /api/v1/cost/agents", """{"agents":[{"agent":"reviewer","runs":2,"sum":{"cost_usd":0.0242,"calls":6,"unpriced_calls":0,"input_tokens":36400,"output_tokens":1200,"cached_tokens":12000}}]}""").Answers("GET /api/v1/cost/daily", "cost-daily").Answers("GET /api/v1/cost/optimize", "cost-optimize").Answers("GET /api/v1/cost/budget", "budget")
        .Answers("GET /api/v1/approvals/pending", "approvals-pending").Answers("GET /api/v1/approvals", "approvals")
        .Answers("GET /api/v1/policies", "policies").Answers("GET /api/v1/policy/status", "policy-status").Answers("GET /api/v1/policies/files", "policy-files").Answers("GET /api/v1/policies/grants", "grants").Answers("GET /api/v1/pins", "pins")
        .Answers("GET /api/v1/providers", "providers").Answers("GET /api/v1/models", "models")
        .Answers("GET /api/v1/config/keys", "config-keys").Answers("GET /api/v1/telemetry/status", "telemetry-status").Answers("GET /api/v1/telemetry/export", "telemetry-export").Answers("GET /api/v1/doctor", "doctor");
}
