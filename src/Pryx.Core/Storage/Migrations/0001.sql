-- Stays within SQLite 3.35 (no STRICT, no ->>): the bundled library is that old.
-- Times are UTC, ISO-8601 with milliseconds and Z, so that they sort as text. Ids are UUID text. Money is USD.

CREATE TABLE workspaces (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    path          TEXT NOT NULL UNIQUE,          -- canonical
    created_at    TEXT NOT NULL,
    policies      TEXT,                          -- JSON
    trusted_at    TEXT,                          -- null: what the folder brings is data
    trusted_what  TEXT                           -- hash of what the card showed; a change asks again
);

CREATE TABLE sessions (
    id             TEXT PRIMARY KEY,
    workspace_id   TEXT REFERENCES workspaces(id),
    parent_id      TEXT REFERENCES sessions(id) ON DELETE SET NULL,   -- branches
    parent_seq     INTEGER,                      -- the last item the branch shares with its parent
    created_at     TEXT NOT NULL,
    updated_at     TEXT NOT NULL,
    title          TEXT NOT NULL,
    status         TEXT NOT NULL DEFAULT 'active',
    model          TEXT,
    system_prompt  TEXT,                         -- what the user asked for, added to ours
    instructions   TEXT,                         -- the composed prompt, frozen so that every request has the same prefix
    summary        TEXT,
    tags           TEXT NOT NULL DEFAULT '[]',   -- JSON
    agent_role     TEXT,
    message_count  INTEGER NOT NULL DEFAULT 0,   -- user messages and replies
    tokens_in      INTEGER NOT NULL DEFAULT 0,
    tokens_out     INTEGER NOT NULL DEFAULT 0,
    tokens_cached  INTEGER NOT NULL DEFAULT 0,
    tokens_cache_write INTEGER NOT NULL DEFAULT 0,
    tokens_reasoning INTEGER NOT NULL DEFAULT 0,
    total_tokens   INTEGER NOT NULL DEFAULT 0,
    total_cost_usd REAL NOT NULL DEFAULT 0
);
CREATE INDEX sessions_by_update ON sessions(updated_at DESC);
CREATE INDEX sessions_by_workspace ON sessions(workspace_id, updated_at DESC);

CREATE TABLE turns (
    id             TEXT PRIMARY KEY,
    session_id     TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    parent_turn_id TEXT REFERENCES turns(id) ON DELETE SET NULL,      -- sub-agents
    surface        TEXT,
    principal      TEXT,
    model          TEXT NOT NULL,                -- provider/model
    request        TEXT NOT NULL,                -- JSON of StartTurn without text and attachments: how to go on after a crash
    status         TEXT NOT NULL,                -- running | parked | completed | failed | cancelled | limited
    owner          TEXT,                         -- name of the OS lock its process holds while it runs
    steps          INTEGER NOT NULL DEFAULT 0,
    started_at     TEXT NOT NULL,
    completed_at   TEXT,
    error_code     TEXT,
    error_message  TEXT
);
CREATE INDEX turns_by_session ON turns(session_id, started_at);
CREATE INDEX turns_open ON turns(status) WHERE status IN ('running', 'parked');
-- One turn at a time in a session.
CREATE UNIQUE INDEX turns_one_open ON turns(session_id) WHERE status IN ('running', 'parked') AND parent_turn_id IS NULL;

CREATE TABLE inputs (
    id           TEXT PRIMARY KEY,
    session_id   TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    turn_id      TEXT REFERENCES turns(id) ON DELETE SET NULL,        -- the turn that took it
    source       TEXT NOT NULL,                  -- surface or channel
    external_id  TEXT,                           -- the network's id
    principal    TEXT,
    text         TEXT NOT NULL,
    attachments  TEXT,                           -- JSON
    request      TEXT,                           -- JSON of StartTurn, for a queued one
    state        TEXT NOT NULL,                  -- queued | steered | consumed
    provenance   TEXT NOT NULL DEFAULT 'user',
    created_at   TEXT NOT NULL,
    UNIQUE (source, external_id)
);
CREATE INDEX inputs_waiting ON inputs(session_id, created_at) WHERE state IN ('queued', 'steered');
CREATE INDEX inputs_by_turn ON inputs(turn_id) WHERE state = 'steered';

CREATE TABLE items (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    session_id  TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    turn_id     TEXT,
    step        INTEGER NOT NULL DEFAULT 0,
    type        TEXT NOT NULL,                   -- user_message | reply | reasoning | tool_call | tool_result | approval | notice | summary
    text        TEXT NOT NULL DEFAULT '',        -- what a search finds
    call_id     TEXT,
    tool        TEXT,
    data        TEXT NOT NULL,                   -- JSON of the item, without what has a column
    wire        TEXT,                            -- whose opaque data it is
    opaque      TEXT,
    provenance  TEXT NOT NULL,
    source      TEXT,
    covers_from INTEGER,                         -- summaries
    covers_to   INTEGER,
    tokens_in   INTEGER,
    tokens_out  INTEGER,
    created_at  TEXT NOT NULL
);
CREATE INDEX items_by_session ON items(session_id, seq);
CREATE INDEX items_by_turn ON items(turn_id, seq);
-- Every tool call gets exactly one result.
CREATE UNIQUE INDEX items_one_result ON items(turn_id, call_id) WHERE type = 'tool_result' AND turn_id IS NOT NULL;

CREATE VIRTUAL TABLE items_fts USING fts5(text, content='items', content_rowid='seq', tokenize='unicode61');
CREATE TRIGGER items_fts_insert AFTER INSERT ON items WHEN new.text <> '' BEGIN
    INSERT INTO items_fts(rowid, text) VALUES (new.seq, new.text);
END;
CREATE TRIGGER items_fts_delete AFTER DELETE ON items WHEN old.text <> '' BEGIN
    INSERT INTO items_fts(items_fts, rowid, text) VALUES ('delete', old.seq, old.text);
END;

CREATE VIEW messages AS
    SELECT id, session_id,
           CASE type WHEN 'user_message' THEN 'user' WHEN 'reply' THEN 'assistant' ELSE 'tool' END AS role,
           text AS content, call_id AS tool_call_id, created_at, tokens_in, tokens_out, turn_id, seq
    FROM items WHERE type IN ('user_message', 'reply', 'tool_result');

CREATE TABLE tool_calls (
    id             TEXT PRIMARY KEY,
    session_id     TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    turn_id        TEXT NOT NULL,
    step           INTEGER NOT NULL,
    call_id        TEXT NOT NULL,
    tool_name      TEXT NOT NULL,                -- policy name
    called_name    TEXT NOT NULL,
    arguments      TEXT NOT NULL,                -- as the model sent them
    result         TEXT,                         -- JSON
    status         TEXT NOT NULL,                -- pending | approved | denied | running | completed | failed | cancelled | interrupted
    decision       TEXT,
    rule           TEXT,
    approval_scope TEXT,
    started_at     TEXT,
    completed_at   TEXT,
    duration_ms    INTEGER,
    UNIQUE (turn_id, call_id)
);
CREATE INDEX tool_calls_by_session ON tool_calls(session_id);

CREATE TABLE approvals (
    id           TEXT PRIMARY KEY,
    session_id   TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    turn_id      TEXT,
    call_id      TEXT,
    kind         TEXT NOT NULL,
    tool         TEXT NOT NULL,
    question     TEXT NOT NULL,                  -- JSON of Approval
    state        TEXT NOT NULL,                  -- pending | approved | denied | expired | withdrawn
    answer       TEXT,                           -- JSON of ApprovalAnswer
    answered_by  TEXT,
    created_at   TEXT NOT NULL,
    answered_at  TEXT,
    expires_at   TEXT
);
CREATE INDEX approvals_pending ON approvals(session_id) WHERE state = 'pending';
CREATE INDEX approvals_by_call ON approvals(turn_id, call_id);

-- Grants: what a person allowed beyond one call (FR2.2, FR2.3).
CREATE TABLE policies (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT REFERENCES workspaces(id) ON DELETE CASCADE,   -- null: everywhere
    session_id   TEXT REFERENCES sessions(id) ON DELETE CASCADE,     -- null: not bound to one
    tool_pattern TEXT NOT NULL,                  -- in the syntax of --allow
    action       TEXT NOT NULL,                  -- allow | deny | ask
    scope        TEXT NOT NULL,                  -- workspace | host | network | integration
    duration     TEXT NOT NULL,                  -- session | forever
    created_by   TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    expires_at   TEXT,
    revoked_at   TEXT
);

-- Append-only; each row's hash covers the row and the hash before it.
CREATE TABLE audit_log (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    id            TEXT NOT NULL UNIQUE,
    timestamp     TEXT NOT NULL,
    action        TEXT NOT NULL,                 -- tool.judged | tool.started | tool.completed | approval.asked | approval.answered | grant.added | …
    resource_type TEXT NOT NULL,
    resource_id   TEXT NOT NULL,
    actor         TEXT NOT NULL,
    details       TEXT NOT NULL,                 -- JSON, redacted
    outcome       TEXT NOT NULL,
    result_hash   TEXT,
    previous_hash TEXT NOT NULL,
    hash          TEXT NOT NULL
);
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;

-- Every model call, at the price of that moment.
CREATE TABLE usage (
    id                TEXT PRIMARY KEY,
    session_id        TEXT NOT NULL,             -- kept when the session is deleted: the money was spent
    turn_id           TEXT NOT NULL,
    step              INTEGER NOT NULL,
    provider          TEXT NOT NULL,
    model             TEXT NOT NULL,
    tokens_in         INTEGER NOT NULL,
    tokens_out        INTEGER NOT NULL,
    tokens_cached     INTEGER NOT NULL,
    tokens_cache_write INTEGER NOT NULL,
    tokens_reasoning  INTEGER NOT NULL,
    cost_usd          REAL,                      -- null: the price was unknown
    latency_ms        INTEGER NOT NULL,
    finish_reason     TEXT,
    request_id        TEXT,
    created_at        TEXT NOT NULL
);
CREATE INDEX usage_by_time ON usage(created_at);
CREATE INDEX usage_by_turn ON usage(turn_id);
CREATE INDEX usage_by_session ON usage(session_id);

-- version is the global cursor of every subscriber.
CREATE TABLE events (
    version    INTEGER PRIMARY KEY AUTOINCREMENT,
    event      TEXT NOT NULL,
    session_id TEXT,
    turn_id    TEXT,
    item_id    TEXT,
    surface    TEXT,
    payload    TEXT,                             -- JSON, small
    created_at TEXT NOT NULL
);
CREATE INDEX events_by_session ON events(session_id, version);
CREATE INDEX events_by_turn ON events(turn_id, version);

-- Answers wait here until their network has taken them.
CREATE TABLE outbox (
    id         TEXT PRIMARY KEY,
    session_id TEXT REFERENCES sessions(id) ON DELETE CASCADE,
    turn_id    TEXT,
    channel    TEXT NOT NULL,
    target     TEXT NOT NULL,
    payload    TEXT NOT NULL,
    state      TEXT NOT NULL,                    -- waiting | sent | failed
    attempts   INTEGER NOT NULL DEFAULT 0,
    next_at    TEXT,
    created_at TEXT NOT NULL,
    sent_at    TEXT
);

CREATE TABLE integrations (
    id                TEXT PRIMARY KEY,
    type              TEXT NOT NULL,
    name              TEXT NOT NULL UNIQUE,
    config            TEXT NOT NULL,             -- JSON, encrypted
    status            TEXT NOT NULL,
    workspace_id      TEXT REFERENCES workspaces(id) ON DELETE SET NULL,
    created_at        TEXT NOT NULL,
    last_connected_at TEXT
);
