-- A keyed hash of the row's hash: whoever can write this file but not read the key beside it can not add rows either.
ALTER TABLE audit_log ADD COLUMN seal TEXT;                               -- null: from before this column, or without a key
-- A second opinion on it, of a model that decides nothing: JSON.
ALTER TABLE approvals ADD COLUMN review TEXT;
