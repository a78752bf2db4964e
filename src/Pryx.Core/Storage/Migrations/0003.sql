-- Tokens that were minted, besides the one in core.token. Only the SHA-256 of a token is kept.
CREATE TABLE access_tokens (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    -- read, chat, approve, admin; separated by commas.
    scopes TEXT NOT NULL,
    -- 'token' for programs; 'web' for a browser that signed in: only a cookie carries it.
    kind TEXT NOT NULL CHECK (kind IN ('token', 'web')),
    -- The token that minted it: it ends with that one. NULL: the core token did.
    parent_id TEXT REFERENCES access_tokens(id) ON DELETE CASCADE,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    expires_at TEXT,
    revoked_at TEXT,
    -- Written now and then, not at every use.
    last_used_at TEXT
);
CREATE INDEX access_tokens_by_parent ON access_tokens(parent_id) WHERE parent_id IS NOT NULL;
