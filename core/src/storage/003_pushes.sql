-- Pushes that came. `key` is 16 bytes of a SHA-256 of the message's id, or of all it says where it has none; `at` is in
-- milliseconds since 1970; `opened` is 1 when its notification was. The newest 500 of the last 30 days are kept.
CREATE TABLE push (
    key BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    opened INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The newest version that a push told of each thing; `key` is of its kind and id. As many are kept.
CREATE TABLE told (
    key BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL
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
