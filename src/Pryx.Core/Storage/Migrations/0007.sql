-- A STOP from a process that does not run the turn: the one that does looks for it.
ALTER TABLE turns ADD COLUMN stop_requested_at TEXT;
-- The index before it served no query that asks for queued inputs alone.
DROP INDEX inputs_waiting;
CREATE INDEX inputs_queued ON inputs(session_id, created_at) WHERE state = 'queued';
