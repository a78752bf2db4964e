-- The title that was taken from the first message; where it still is the title, nobody has given the session one.
ALTER TABLE sessions ADD COLUMN derived_title TEXT;
