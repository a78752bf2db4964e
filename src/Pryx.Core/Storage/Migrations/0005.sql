-- Agents: a task that runs as one turn in a session of its own. What became of it is the turn's; here is what the turn does not know.
CREATE TABLE agents (
    id                TEXT PRIMARY KEY,
    session_id        TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,   -- its own
    parent_session_id TEXT REFERENCES sessions(id) ON DELETE SET NULL,           -- whom it helps; its agents run one after the other
    turn_id           TEXT,                          -- null until it has begun
    task              TEXT NOT NULL,
    context           TEXT,
    policy            TEXT,                          -- a mode; null for the default
    principal         TEXT,                          -- who asked for it
    state             TEXT NOT NULL,                 -- queued | started | failed | cancelled; the last two only for one that never began
    error_code        TEXT,
    error_message     TEXT,
    created_at        TEXT NOT NULL,
    ended_at          TEXT                           -- of one that never began
);
CREATE INDEX agents_by_parent ON agents(parent_session_id, created_at);
CREATE INDEX agents_by_creation ON agents(created_at);
