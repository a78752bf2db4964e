-- A session whose items, calls and events lie in a file instead: SHA-256 of the file, and how many items are in it. Null: all of it is here.
ALTER TABLE sessions ADD COLUMN archived_at TEXT;
ALTER TABLE sessions ADD COLUMN archive_hash TEXT;
ALTER TABLE sessions ADD COLUMN archive_items INTEGER;

-- What MEMORY.md files say, for searching; the files are the truth, and these rows are made anew whenever a file has changed.
CREATE TABLE memory_files (
    path  TEXT PRIMARY KEY,
    stamp TEXT NOT NULL                           -- SHA-256 of the file
);
CREATE VIRTUAL TABLE memory_fts USING fts5(text, path UNINDEXED, entry UNINDEXED, tokenize='unicode61');
