-- Which of the provider's APIs a session speaks: "responses", "chat", "messages"; null for the provider's default.
ALTER TABLE sessions ADD COLUMN model_api TEXT;
-- A queued turn has its id before it has a place: its input waits until the turns before it have ended.
ALTER TABLE turns ADD COLUMN queued_at TEXT;
CREATE INDEX turns_queued ON turns(session_id, queued_at) WHERE status = 'queued';
-- The conversation API's lists.
CREATE INDEX sessions_by_creation ON sessions(created_at DESC);
