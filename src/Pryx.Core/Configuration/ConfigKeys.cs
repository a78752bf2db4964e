using static Pryx.Core.Configuration.ConfigKind;

namespace Pryx.Core.Configuration;

/// <summary>Every key config.yaml knows, with its documented default.</summary>
public static class ConfigKeys
{
    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        new("listen_addr", Text, ":0", "PRYX_LISTEN_ADDR"),
        new("database_path", Text, "{data}/pryx.db", "PRYX_DB_PATH"),
        new("skills_path", Text, "{data}/skills", "PRYX_MANAGED_SKILLS_DIR"),
        new("cache_path", Text, "{data}/cache"),
        new("cloud_api_url", Text, "https://pryx.dev/api", "PRYX_CLOUD_API_URL"),
        new("agent_detect_enabled", Bool, "false"),
        new("agent_detect_interval", Duration, "30s"),
        new("model_provider", Text, "ollama"),
        new("model_name", Text, "llama3"),
        new("ollama_endpoint", Text, "http://localhost:11434"),
        // How long Ollama keeps a model in memory after a reply: 30m, seconds, or -1 for ever; empty for its own 5 minutes.
        new("ollama_keep_alive", Text, ""),
        // Which upstream provider OpenRouter takes: slugs, whether others may step in, "deny" for those that keep prompts, price, throughput or latency.
        new("openrouter_provider_order", List, ""),
        new("openrouter_allow_fallbacks", Bool, "true"),
        new("openrouter_data_collection", Text, ""),
        new("openrouter_sort", Text, ""),
        new("configured_providers", List, ""),
        // "routing: { strategy: …, candidates: […], fallback: […] }": which model answers, and who steps in (docs/guides/models.md).
        new("routing_strategy", Text, "fixed"),
        new("routing_candidates", List, ""),
        new("routing_fallback", List, ""),
        new("routing_small_model", Text, "auto"),
        new("routing_summary", Text, "small"),
        new("routing_title", Text, "small"),
        // How much models are to think where nobody says: none, low, medium, high, xhigh or a number of tokens; empty for their own default.
        new("reasoning_effort", Text, ""),
        // What names a session: words (those it begins with), or model (a small one, after the first turn).
        new("titles", Text, "words"),
        new("provider_idle_timeout", Duration, "2m"),
        // Where the catalog of models is fetched, once a day; empty or "off" switches that off.
        new("catalog_url", Text, "https://models.dev/api.json", "PRYX_CATALOG_URL"),
        // What the user says of models and of providers of their own: docs/guides/models.md.
        new("models", Map, ""),
        new("providers", Map, ""),
        new("telegram_token", Text, ""),
        new("telegram_enabled", Bool, "false"),
        new("slack_app_token", Text, "", "PRYX_SLACK_APP_TOKEN"),
        new("slack_bot_token", Text, "", "PRYX_SLACK_BOT_TOKEN"),
        new("slack_enabled", Bool, "false", "PRYX_SLACK_ENABLED"),
        // A mode, or the name of a file in policies/: for turns that name none.
        new("policy", Text, "workspace-only"),
        new("approval_timeout", Duration, "2m"),
        // "approvals: { reviewer: provider/model }": a small model's opinion is shown beside each question; it never answers one. At most so long and so much.
        new("approvals_reviewer", Text, ""),
        new("approvals_reviewer_timeout", Duration, "20s"),
        new("approvals_reviewer_max_usd", Number, "0.01"),
        new("max_messages_per_session", Whole, "0", "PRYX_MAX_MESSAGES"),
        new("websocket_buffer_size", Whole, "0"),
        new("enable_memory_profiling", Bool, "false"),
        new("memory_enabled", Bool, "true"),
        new("memory_auto_flush", Bool, "true"),
        new("memory_flush_threshold_tokens", Whole, "100000"),
        new("allowed_origins", List, ""),
        new("websocket_allowed_origins", List, ""),
        // Names besides 127.0.0.1, localhost and [::1] under which the gateway may be called; with or without a port.
        new("allowed_hosts", List, "", "PRYX_ALLOWED_HOSTS"),
        // https://host of a proxy on this machine: pryx remote.
        new("remote_url", Text, ""),
        new("max_websocket_connections", Whole, "1000"),
        new("max_websocket_message_size", Whole, "10485760"),
        new("websocket_rate_limit_per_minute", Whole, "60"),
        // USD; 0 is no limit. A turn's own --max-cost counts besides.
        new("budget_turn_usd", Number, "0"),
        new("budget_session_usd", Number, "0"),
        new("budget_daily_usd", Number, "0"),
        new("budget_monthly_usd", Number, "0"),
        // pause (ask and wait), cheaper (another model) or stop.
        new("budget_action", Text, "pause"),
        new("budget_warn_percent", Whole, "80"),
        // What config.json had (PRD §11.2); in YAML also as blocks, such as "telemetry: { enabled: false }".
        new("telemetry_enabled", Bool, "true"),
        new("telemetry_endpoint", Text, ""),
        new("telemetry_sampling_ratio", Number, "1", "PRYX_TELEMETRY_SAMPLING"),
        new("telemetry_redact_pii", Bool, "true"),
        new("telemetry_tier", Whole, "1"),
        new("otlp_endpoint", Text, "", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        new("trace_max_spans", Whole, "1000000"),
        // Which sandbox commands run in: auto, bubblewrap, landlock or off.
        new("sandbox", Text, "auto", "PRYX_SANDBOX"),
        // What turns change in the workspace is remembered for undo; files and turns larger than this are not, what is older or more goes, the oldest first.
        new("undo", Bool, "true"),
        new("undo_max_file_mb", Whole, "64"),
        new("undo_max_turn_mb", Whole, "1024"),
        new("undo_max_total_mb", Whole, "4096"),
        new("undo_days", Whole, "30"),
        // Where commands can not be watched, the workspace is copied before each, up to this size.
        new("undo_snapshot_files", Whole, "20000"),
        new("undo_snapshot_mb", Whole, "512"),
        // Secrets in what tools read and people type are replaced by placeholders before the model, the store and the surfaces see them.
        new("mask_secrets", Bool, "true"),
        // Where keys are kept: auto (the OS keychain where one works, else the encrypted vault), keychain or vault.
        new("secret_store", Text, "auto", "PRYX_SECRET_STORE"),
        // Errors that an edit introduces are told with its result (docs/guides/diagnostics.md): auto (where commands of the folder run unasked), always (in trusted folders), off, or some of python, typescript, go, rust, dotnet.
        new("diagnostics_use", Text, "auto"),
        // So long an edit waits for them.
        new("diagnostics_time", Duration, "10s"),
        // One's own checkers and language servers.
        new("diagnostics_tools", Map, ""),
        // on: where Chrome or Chromium is installed, turns get a browser (docs/guides/mcp-server.md); its program where it is not found by itself.
        new("browser", Text, "off"),
        new("browser_path", Text, "", "PRYX_BROWSER"),
        // What the web is searched with: searxng (at search_url) or brave (its key: BRAVE_API_KEY, or "brave" in the keychain); without either there is no web search.
        new("search_provider", Text, ""),
        new("search_url", Text, ""),
        new("log_level", Text, "info"),
        new("defaults_workspace", Text, "", "PRYX_WORKSPACE_ROOT"),
        new("ui_theme", Text, "system"),
        new("ui_port", Whole, "0"),
        new("updates_channel", Text, "stable"),
        new("updates_auto_check", Bool, "true"),
        new("skills_enabled", Bool, "true"),
        new("skills_extra_dirs", List, ""),
        new("skills_entries", Map, ""),
        new("mcp_enabled", Bool, "true"),
        new("mcp_servers", Map, ""),
        // More tools of MCP servers than this are searched instead of declared to the model.
        new("mcp_tool_limit", Whole, "30"),
    ];

    private static readonly Dictionary<string, ConfigKey> ByName = All.ToDictionary(key => key.Name, StringComparer.Ordinal);

    /// <summary>Dots and underscores are the same: <c>telemetry.enabled</c>.</summary>
    public static ConfigKey? Find(string name) => ByName.GetValueOrDefault(name.Trim().ToLowerInvariant().Replace('.', '_').Replace('-', '_'));
}
