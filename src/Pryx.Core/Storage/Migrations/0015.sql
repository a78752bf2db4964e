-- Agents that a turn has called: whose call it is, what it was defined as, and the folder it works in.
ALTER TABLE agents ADD COLUMN name TEXT;                 -- of its definition; null for a task without one
ALTER TABLE agents ADD COLUMN parent_turn_id TEXT;       -- the turn that called it; null: spawned from outside
ALTER TABLE agents ADD COLUMN parent_call_id TEXT;
ALTER TABLE agents ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;   -- 1 for what a person's turn has called
ALTER TABLE agents ADD COLUMN request TEXT;              -- StartTurn as JSON, without its text; null: the defaults
ALTER TABLE agents ADD COLUMN base_folder TEXT;          -- the folder whose grants hold in its worktree; null: it works in its session's own
ALTER TABLE agents ADD COLUMN worktree TEXT;             -- path of its worktree, while it is there
ALTER TABLE agents ADD COLUMN branch TEXT;
ALTER TABLE agents ADD COLUMN is_told INTEGER NOT NULL DEFAULT 0; -- agent.ended was announced
CREATE INDEX agents_by_session ON agents(session_id);
CREATE INDEX agents_by_turn ON agents(parent_turn_id) WHERE parent_turn_id IS NOT NULL;
