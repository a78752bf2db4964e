-- One row for each span of a trace: a turn, its steps, model calls, tool calls and the time approvals waited. Never the content of messages.
CREATE TABLE spans (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,   -- given anew when a span ends, so that it is the order in which they ended
    trace_id       TEXT NOT NULL,                       -- the turn's id as 32 hexadecimal digits: a turn that goes on after a crash goes on in its trace
    span_id        TEXT NOT NULL,
    parent_span_id TEXT,                                -- null: the turn itself
    session_id     TEXT NOT NULL,
    turn_id        TEXT NOT NULL,
    kind           TEXT NOT NULL,                       -- turn | step | model | tool | approval
    name           TEXT NOT NULL,
    start_ns       INTEGER NOT NULL,                    -- since 1970, UTC
    duration_ns    INTEGER,                             -- null: not ended
    error          TEXT,                                -- null: it went well, or has not ended
    attributes     TEXT NOT NULL                        -- JSON, the names of OpenTelemetry's GenAI conventions
);
CREATE UNIQUE INDEX spans_by_trace ON spans(trace_id, span_id);
CREATE INDEX spans_roots_by_time ON spans(start_ns) WHERE parent_span_id IS NULL;
CREATE INDEX spans_roots_by_session ON spans(session_id, start_ns) WHERE parent_span_id IS NULL;
CREATE TRIGGER sessions_take_their_spans AFTER DELETE ON sessions BEGIN
    DELETE FROM spans WHERE trace_id IN (SELECT trace_id FROM spans WHERE session_id = old.id AND parent_span_id IS NULL);
END;

-- What may be sent, and what was: kept so that it can be shown.
CREATE TABLE telemetry_events (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    tier       INTEGER NOT NULL,
    body       TEXT NOT NULL,                           -- JSON, exactly as it is sent
    created_at TEXT NOT NULL,
    sent_at    TEXT                                     -- null: not sent
);
CREATE INDEX telemetry_events_waiting ON telemetry_events(seq) WHERE sent_at IS NULL;

-- Cursors and dates of exporting and telemetry.
CREATE TABLE telemetry_state (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
