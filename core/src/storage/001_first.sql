-- What the member has, as the platform last said it. One row a part; `body` is JSON whose shape is `version`.
CREATE TABLE part (
    name TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What happened on the member's accounts. `position` counts from the newest entry, which has 0.
CREATE TABLE history (
    position INTEGER NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;
