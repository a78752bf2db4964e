-- What turns have changed in the workspace, and what was put back: for undo.
CREATE TABLE checkpoints (
    id          TEXT PRIMARY KEY,
    session_id  TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    turn_id     TEXT,                              -- of a turn's own changes; null for an undo, redo or rewind
    kind        TEXT NOT NULL,                     -- turn, undo, redo, rewind
    workspace   TEXT NOT NULL,                     -- canonical
    state       TEXT NOT NULL,                     -- done; restoring: it was begun and not finished
    created_at  TEXT NOT NULL,
    undone_by   TEXT,                              -- the checkpoint that took it back
    reverses    TEXT,                              -- the checkpoint that this one takes back; for redo
    hidden_from INTEGER NOT NULL DEFAULT 0,        -- of a rewind of the conversation: the items that left the context
    hidden_to   INTEGER NOT NULL DEFAULT 0,
    item_seq    INTEGER NOT NULL DEFAULT 0,        -- the item that tells the model
    notes       TEXT NOT NULL DEFAULT '[]'         -- what was not remembered, and why: a JSON array of texts
);
CREATE INDEX checkpoints_of_session ON checkpoints(session_id, created_at);
CREATE UNIQUE INDEX checkpoints_of_turn ON checkpoints(turn_id) WHERE turn_id IS NOT NULL;

CREATE TABLE checkpoint_paths (
    checkpoint_id TEXT NOT NULL REFERENCES checkpoints(id) ON DELETE CASCADE,
    number        INTEGER NOT NULL,                -- in the order in which they were touched
    path          TEXT NOT NULL,                   -- absolute
    before        TEXT NOT NULL,                   -- see PathState
    after         TEXT NOT NULL,
    undone_by     TEXT,
    PRIMARY KEY (checkpoint_id, number)
) WITHOUT ROWID;
