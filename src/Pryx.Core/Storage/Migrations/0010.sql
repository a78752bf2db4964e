-- Grants: how they are used, and on whose card they were given.
ALTER TABLE policies ADD COLUMN uses INTEGER NOT NULL DEFAULT 0;
ALTER TABLE policies ADD COLUMN last_used_at TEXT;                       -- null: never
ALTER TABLE policies ADD COLUMN approval_id TEXT;                        -- null: added by hand

-- The shape of the call that was asked about: what "always" would have granted. After three of a shape a narrow grant is proposed.
ALTER TABLE approvals ADD COLUMN pattern TEXT;
CREATE INDEX approvals_by_pattern ON approvals(pattern, answered_at) WHERE pattern IS NOT NULL AND answered_at IS NOT NULL;

-- Pinned constraints: what a person wants asked or left alone until they say otherwise. Outside the context, so that nothing shortens it.
CREATE TABLE pins (
    id           TEXT PRIMARY KEY,
    text         TEXT NOT NULL,                  -- in the person's words
    decision     TEXT,                           -- ask | deny; null: the model is told, and nothing enforces it
    rules        TEXT NOT NULL,                  -- JSON: what the words were read as; empty when they could not be
    workspace_id TEXT REFERENCES workspaces(id) ON DELETE CASCADE,   -- null: everywhere
    session_id   TEXT REFERENCES sessions(id) ON DELETE CASCADE,     -- null: not bound to one
    created_by   TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    expires_at   TEXT,
    removed_at   TEXT
);
CREATE INDEX pins_standing ON pins(created_at) WHERE removed_at IS NULL;
