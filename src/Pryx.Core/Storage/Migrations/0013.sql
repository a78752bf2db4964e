-- What each tool of a server said of itself when it was approved or used first: whatever it says differently later is asked about again.
CREATE TABLE mcp_tools (
    policy_name TEXT PRIMARY KEY,                 -- mcp.server.tool
    identity    TEXT NOT NULL,                    -- SHA-256 of where its server comes from
    hash        TEXT NOT NULL,                    -- SHA-256 of name, description, schema and annotations
    description TEXT NOT NULL,                    -- to show what has changed
    schema      TEXT NOT NULL,
    approved_at TEXT NOT NULL
);
