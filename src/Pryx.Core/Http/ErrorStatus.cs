namespace Pryx.Core.Http;

/// <summary>From a code to the HTTP status. A code that is not here is something wrong with the request: 400.</summary>
internal static class ErrorStatus
{
    public static int Of(string code) => code switch
    {
        "UNAUTHORIZED" => 401,
        "FORBIDDEN" or "SCOPE_MISSING" or "HOST_REFUSED" or "ORIGIN_REFUSED" or "CONFIG_LOCAL_ONLY" or "FOLDER_NOT_TRUSTED" or "PROCESS_DENIED" or "POLICY_WIDER" or "HOOK_DENIED" => 403,
        "NOT_FOUND" or "PROVIDER_UNKNOWN" => 404,
        "METHOD_NOT_ALLOWED" => 405,
        "TIMEOUT" or "CODE_EXPIRED" => 408,
        "CONFLICT" or "MCP_URL_TAKEN" or "SKILL_EXISTS" or "SKILL_CHANGED" or "TURN_OPEN" or "TURN_TAKEN" or "TURN_LOST" or "SESSION_BUSY" or "SESSION_ARCHIVED" or "UNDO_NOTHING" or "REDO_NOTHING" or "UNDO_BUSY" or "MEMORY_AMBIGUOUS" or "TRUST_CHANGED" or "PROCESS_NEEDS_DAEMON" or "PROCESS_ELSEWHERE" or "ALREADY_ANSWERED" or "WORKTREE_FAILED" or "BACKUP_EXISTS" or "BACKUP_IN_USE" or "BACKUP_CHANGED" or "SETUP_REQUIRED" or "SETUP_NOT_DONE" or "CLOUD_SIGNED_OUT" => 409,
        "PAYLOAD_TOO_LARGE" => 413,
        "INVALID_CONTENT_TYPE" => 415,
        "UPGRADE_REQUIRED" => 426,
        "RATE_LIMITED" or "AGENTS_BUSY" or "PROCESS_LIMIT" => 429,
        "MCP_UNREACHABLE" or "MCP_REFUSED" or "MCP_DENIED" or "MCP_TOO_LARGE" or "MCP_AUTH_FAILED" => 502,
        "INTERNAL_ERROR" => 500,
        "STORAGE_FULL" => 507,
        "SERVICE_UNAVAILABLE" => 503,
        "PROVIDER_NETWORK" or "CATALOG_UNREACHABLE" or "CATALOG_INVALID" or "CLOUD_UNREACHABLE" or "CLOUD_ERROR" or "LOGIN_DENIED" or "OAUTH_UNREACHABLE" or "OAUTH_ERROR" or "MCP_UNAVAILABLE" or "MCP_CALL_DENIED" or "SKILL_FETCH" => 502,
        _ when code.EndsWith("_NOT_FOUND", StringComparison.Ordinal) => 404,
        _ when code.StartsWith("STORAGE_", StringComparison.Ordinal) || code.StartsWith("VAULT_", StringComparison.Ordinal) || code.StartsWith("KEYCHAIN_", StringComparison.Ordinal) => 503,
        _ => 400,
    };
}
