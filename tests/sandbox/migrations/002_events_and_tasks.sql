-- Events of installations, the facts that tasks count, and what tasks and games gave.
-- Members who were there before make no facts of what they did before.

-- What an installation sent, as it came. What was rejected is kept too, for tests to look at.
CREATE TABLE event (
    number         INTEGER NOT NULL PRIMARY KEY,
    device_id      TEXT    NOT NULL,
    -- CloudEvents tells events apart by source and id; a source other than the device's own is rejected.
    source         TEXT    NOT NULL,
    id             TEXT    NOT NULL,
    member         INTEGER NOT NULL REFERENCES member (id),
    sequence       INTEGER,
    type           TEXT    NOT NULL,
    time           TEXT    NOT NULL,
    at             INTEGER,
    day            TEXT,
    data           TEXT    NOT NULL,
    status         TEXT    NOT NULL CHECK (status IN ('accepted', 'duplicate', 'rejected')),
    reason         TEXT,
    first_received INTEGER NOT NULL,
    received       INTEGER NOT NULL DEFAULT 1,
    UNIQUE (source, id)
) STRICT;
CREATE INDEX event_by_device ON event (device_id, number);
CREATE INDEX event_by_member ON event (member, number);

-- Whose events an unknown installation's are, since somebody signed in on it.
CREATE TABLE successor (
    member    INTEGER NOT NULL PRIMARY KEY REFERENCES member (id),
    successor INTEGER NOT NULL REFERENCES member (id)
) STRICT;

-- What a member did, in the order in which the platform learned of it. A refund makes it smaller, or deletes it.
CREATE TABLE fact (
    number    INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id        TEXT    NOT NULL,
    member    INTEGER NOT NULL REFERENCES member (id),
    event     TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    day       TEXT    NOT NULL,
    fields    TEXT    NOT NULL,
    -- A decimal: events may carry any.
    amount    TEXT    NOT NULL,
    origin    TEXT    NOT NULL CHECK (origin IN ('event', 'purchase', 'friend', 'answer')),
    -- The event's device, the purchase, the friend, or the task that was answered.
    origin_id TEXT    NOT NULL,
    -- The purchase's line (0 is the whole), or the question.
    part      INTEGER
) STRICT;
CREATE INDEX fact_by_member ON fact (member, number);
CREATE INDEX fact_by_origin ON fact (origin, origin_id);

-- Tasks that tests added or replaced (a definition), or dropped (none). The programme's own stand in the code.
CREATE TABLE task_definition (
    id         TEXT    NOT NULL PRIMARY KEY,
    revision   INTEGER NOT NULL,
    definition TEXT
) STRICT;

CREATE TABLE opt_in (
    member      INTEGER NOT NULL REFERENCES member (id),
    task        TEXT    NOT NULL,
    counts_from INTEGER NOT NULL,
    PRIMARY KEY (member, task)
) STRICT;

CREATE TABLE task_answer (
    member   INTEGER NOT NULL REFERENCES member (id),
    task     TEXT    NOT NULL,
    question INTEGER NOT NULL,
    value    TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (member, task, question)
) STRICT;

-- What a member was told of a task when it was counted last. `print` is a fingerprint of it.
CREATE TABLE task_state (
    member      INTEGER NOT NULL REFERENCES member (id),
    task        TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    completions INTEGER NOT NULL,
    print       BLOB    NOT NULL,
    PRIMARY KEY (member, task)
) STRICT;

-- Completions that were rewarded, of tasks and (as `set:…`) of sets: each is rewarded once.
CREATE TABLE completion (
    member   INTEGER NOT NULL REFERENCES member (id),
    task     TEXT    NOT NULL,
    nth      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    title    TEXT    NOT NULL,
    badge    TEXT,
    currency INTEGER,
    points   INTEGER NOT NULL,
    -- Of the lot that the points went into.
    origin   TEXT,
    PRIMARY KEY (member, task, nth)
) STRICT;

-- A right to play once. `origin` says what it was given for; `play` is the key it was used with.
CREATE TABLE game_right (
    number  INTEGER NOT NULL PRIMARY KEY,
    member  INTEGER NOT NULL REFERENCES member (id),
    game    TEXT    NOT NULL,
    origin  TEXT    NOT NULL,
    granted INTEGER NOT NULL,
    until   INTEGER,
    play    TEXT,
    UNIQUE (member, game, origin)
) STRICT;

-- What a call with this key was answered: a repeated one gets the same bytes, for ever.
CREATE TABLE keyed_answer (
    member  INTEGER NOT NULL REFERENCES member (id),
    key     TEXT    NOT NULL,
    request BLOB    NOT NULL,
    answer  TEXT    NOT NULL,
    PRIMARY KEY (member, key)
) STRICT;
