-- What is known of pushes, at `at`, in milliseconds since 1970. `key` is 16 bytes of a SHA-256. Without a `version`: of the
-- message's id, or of all it says where it has none, a push that came; `opened` is 1 when its notification was. With one:
-- of the kind and id of a thing, the newest version that a push told of it. The newest 500 of the last 30 days are kept
-- of each.
CREATE TABLE push (
    key BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    opened INTEGER NOT NULL,
    version INTEGER
) STRICT, WITHOUT ROWID;

-- What the platform is still to be told of messages: `delivered` and `read` of pushes, `messageRead` of the inbox, and
-- `allRead`, whose `message` is empty. `number` is the order in which it happened.
CREATE TABLE receipt (
    number INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    message TEXT NOT NULL
) STRICT;

-- The newest messages of the inbox; `body` is JSON.
CREATE TABLE message (
    id TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
