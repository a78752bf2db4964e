-- What the placeholders in a session's items stand for. The values are encrypted with a key that is not in this file.
CREATE TABLE session_secrets (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id  TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    placeholder TEXT NOT NULL UNIQUE,
    nonce       BLOB NOT NULL,
    data        BLOB NOT NULL                     -- AES-256-GCM, bound to the placeholder
);

CREATE INDEX session_secrets_by_session ON session_secrets(session_id, id);
