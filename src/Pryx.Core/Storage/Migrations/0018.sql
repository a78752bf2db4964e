-- What a person has said of the steps of setup: what is done by itself stands nowhere, it is looked at. 'hint' is the line that tells of them.
CREATE TABLE setup_steps (
    step       TEXT PRIMARY KEY,
    state      TEXT NOT NULL CHECK (state IN ('open', 'done', 'skipped')),
    value      TEXT,                              -- of workspace: the folder
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
);
