-- Background processes, so that they can be named after the process that held them is gone. The output itself is kept in memory.
CREATE TABLE processes (
    id         TEXT PRIMARY KEY,                                -- proc-…
    session_id TEXT REFERENCES sessions(id) ON DELETE CASCADE,  -- null for one that outlives its session
    owner      TEXT NOT NULL,                                   -- whose death ended it
    body       TEXT NOT NULL,                                   -- JSON as the API shows it, with its last ten lines; masked
    started_at TEXT NOT NULL,
    ended_at   TEXT
);
-- 'plan': the agent reads and asks, and acts only once its plan is approved; null: it acts.
ALTER TABLE sessions ADD COLUMN mode TEXT;
CREATE INDEX processes_by_session ON processes(session_id) WHERE session_id IS NOT NULL;
