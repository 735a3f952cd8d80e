-- What is known of pushes, and what the platform is still to be told of messages, in the order in which it happened: what one
-- push leaves is on one page. `at` is in milliseconds since 1970, `key` 16 bytes of a SHA-256. By `kind`:
-- `seen`, `opened`: a push that came, and one whose notification was opened; `key` is of its id, or of all it says where it
-- has none. `told`: the newest `version` that a push told of a thing; `key` is of its kind and id. The newest 500 of the
-- last 30 days are kept of each. `delivered`, `read` (of a push), `messageRead` (of the inbox) and `allRead` are what the
-- platform is to be told of `message`, which is empty for the last.
ALTER TABLE push RENAME TO old_push;
CREATE TABLE push (
    number INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    key BLOB,
    at INTEGER,
    version INTEGER,
    message TEXT
) STRICT;
INSERT INTO push (kind, key, at)
    SELECT iif(opened, 'opened', 'seen'), key, at FROM old_push WHERE version IS NULL ORDER BY at;
INSERT INTO push (kind, key, at, version)
    SELECT 'told', key, at, version FROM old_push WHERE version IS NOT NULL ORDER BY at;
INSERT INTO push (kind, message) SELECT kind, message FROM receipt ORDER BY number;
DROP TABLE old_push;
DROP TABLE receipt;
