-- What the platform is still to be told. `number` is the order in which it happened; `time` is RFC 3339 with the
-- member's own offset; `data` is JSON. `sequence` is its place among what was sent, NULL until it is first sent.
-- `answered` is 1 for an event that the platform has taken and that tasks may not have counted yet.
CREATE TABLE event (
    number INTEGER NOT NULL PRIMARY KEY,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    time TEXT NOT NULL,
    data TEXT NOT NULL,
    of_member INTEGER NOT NULL,
    sequence INTEGER,
    answered INTEGER NOT NULL DEFAULT 0
) STRICT;
