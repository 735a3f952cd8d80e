-- The sandbox's first schema. Amounts are in 1/10000 of their currency, times in microseconds since 1970 (UTC).
-- A NULL says "there is none", never "not looked up".

CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE member (
    id              INTEGER NOT NULL PRIMARY KEY,
    uid             TEXT    NOT NULL UNIQUE,
    state           TEXT    NOT NULL CHECK (state IN ('Anonymous', 'Registered', 'Normal', 'Deregistered')),
    created         INTEGER NOT NULL,
    first_name      TEXT,
    last_name       TEXT,
    birth_day       TEXT,
    phone           TEXT UNIQUE,
    pending_phone   TEXT,
    email           TEXT UNIQUE,
    pending_email   TEXT,
    password        TEXT,
    terms_accepted  INTEGER NOT NULL DEFAULT 0 CHECK (terms_accepted IN (0, 1)),
    left_because    TEXT,
    balance_version INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE answer (
    member   INTEGER NOT NULL REFERENCES member (id),
    question INTEGER NOT NULL,
    value    TEXT    NOT NULL,
    PRIMARY KEY (member, question)
) STRICT;

CREATE TABLE device (
    device_id        TEXT    NOT NULL PRIMARY KEY,
    member           INTEGER NOT NULL REFERENCES member (id),
    platform_type    TEXT    NOT NULL,
    platform_version TEXT    NOT NULL,
    app              TEXT    NOT NULL,
    seen             INTEGER NOT NULL
) STRICT;
CREATE INDEX device_by_member ON device (member);

CREATE TABLE token_pair (
    id            INTEGER NOT NULL PRIMARY KEY,
    member        INTEGER NOT NULL REFERENCES member (id),
    access        BLOB    NOT NULL UNIQUE,
    access_until  INTEGER NOT NULL,
    refresh       BLOB    NOT NULL UNIQUE,
    refresh_until INTEGER NOT NULL,
    spent         INTEGER NOT NULL DEFAULT 0 CHECK (spent IN (0, 1))
) STRICT;
CREATE INDEX token_pair_by_member ON token_pair (member);

CREATE TABLE one_time_code (
    id        INTEGER NOT NULL PRIMARY KEY,
    purpose   TEXT    NOT NULL,
    member    INTEGER NOT NULL REFERENCES member (id),
    ticket    BLOB    NOT NULL UNIQUE,
    channel   TEXT    NOT NULL CHECK (channel IN ('sms', 'email')),
    recipient TEXT    NOT NULL,
    code      TEXT    NOT NULL,
    until     INTEGER NOT NULL
) STRICT;
CREATE INDEX one_time_code_by_member ON one_time_code (member, purpose);

-- Wrong codes and passwords, by whom they were tried for. No row: nothing was tried.
CREATE TABLE guard (
    purpose       TEXT    NOT NULL,
    who           TEXT    NOT NULL,
    tries_left    INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL,
    PRIMARY KEY (purpose, who)
) STRICT;

CREATE TABLE sent (
    id        INTEGER NOT NULL PRIMARY KEY,
    channel   TEXT    NOT NULL CHECK (channel IN ('sms', 'email')),
    recipient TEXT    NOT NULL,
    text      TEXT    NOT NULL,
    code      TEXT    NOT NULL,
    at        INTEGER NOT NULL
) STRICT;
CREATE INDEX sent_by_recipient ON sent (channel, recipient);

CREATE TABLE card (
    id          INTEGER NOT NULL PRIMARY KEY,
    member      INTEGER REFERENCES member (id),
    number      TEXT    NOT NULL UNIQUE,
    bar_code    TEXT    NOT NULL UNIQUE,
    qr_content  TEXT UNIQUE,
    pin         TEXT,
    category    TEXT    NOT NULL CHECK (category IN ('plastic', 'virtual')),
    state       TEXT    NOT NULL CHECK (state IN ('Emitted', 'Activated', 'Replaced', 'Expired')),
    blocked     INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)),
    expires     INTEGER,
    accumulated INTEGER NOT NULL DEFAULT 0,
    paid        INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX card_by_member ON card (member);

CREATE TABLE issued_code (
    code      TEXT    NOT NULL PRIMARY KEY,
    card      INTEGER NOT NULL REFERENCES card (id),
    generated INTEGER NOT NULL,
    until     INTEGER NOT NULL
) STRICT;

CREATE TABLE code_key (
    id     INTEGER NOT NULL PRIMARY KEY,
    card   INTEGER NOT NULL REFERENCES card (id),
    key    BLOB    NOT NULL,
    until  INTEGER NOT NULL,
    memory TEXT    NOT NULL
) STRICT;
CREATE INDEX code_key_by_card ON code_key (card);

-- Points that were given at one time. A debt is a lot whose remaining amount is below zero.
CREATE TABLE lot (
    id        INTEGER NOT NULL PRIMARY KEY,
    member    INTEGER NOT NULL REFERENCES member (id),
    currency  INTEGER NOT NULL,
    remaining INTEGER NOT NULL,
    starts    INTEGER NOT NULL,
    ends      INTEGER,
    origin    TEXT    NOT NULL
) STRICT;
CREATE INDEX lot_by_member ON lot (member, currency);

-- What was taken out of which lot, so that a refund can put it back.
CREATE TABLE spending (
    id     INTEGER NOT NULL PRIMARY KEY,
    lot    INTEGER NOT NULL REFERENCES lot (id),
    amount INTEGER NOT NULL,
    origin TEXT    NOT NULL
) STRICT;
CREATE INDEX spending_by_origin ON spending (origin);

CREATE TABLE history (
    id          TEXT    NOT NULL PRIMARY KEY,
    member      INTEGER NOT NULL REFERENCES member (id),
    at          INTEGER NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('PurchaseData', 'RewardData', 'WithdrawData')),
    shop        INTEGER,
    description TEXT,
    data        TEXT    NOT NULL
) STRICT;
CREATE INDEX history_by_member ON history (member, at);

CREATE TABLE sale (
    id     TEXT    NOT NULL PRIMARY KEY,
    member INTEGER NOT NULL REFERENCES member (id),
    card   INTEGER REFERENCES card (id),
    until  INTEGER NOT NULL
) STRICT;

CREATE TABLE purchase (
    number       INTEGER NOT NULL PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    member       INTEGER NOT NULL REFERENCES member (id),
    card         INTEGER REFERENCES card (id),
    shop         INTEGER,
    at           INTEGER NOT NULL,
    total        INTEGER NOT NULL,
    paid_points  INTEGER NOT NULL,
    earned_now   INTEGER NOT NULL,
    earned_later INTEGER NOT NULL,
    earned_stars INTEGER NOT NULL,
    back_money   INTEGER NOT NULL DEFAULT 0,
    back_points  INTEGER NOT NULL DEFAULT 0,
    taken_now    INTEGER NOT NULL DEFAULT 0,
    taken_later  INTEGER NOT NULL DEFAULT 0,
    taken_stars  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX purchase_by_member ON purchase (member, at);

CREATE TABLE purchase_item (
    purchase   TEXT    NOT NULL REFERENCES purchase (id),
    position   INTEGER NOT NULL,
    goods_id   TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    count      INTEGER NOT NULL,
    amount     INTEGER NOT NULL,
    back_count INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (purchase, position)
) STRICT;

-- What the till was answered, by the id it chose: a repeated call gets the same again.
CREATE TABLE till_answer (
    id      TEXT NOT NULL PRIMARY KEY,
    request BLOB NOT NULL,
    answer  TEXT NOT NULL
) STRICT;

CREATE TABLE push_token (
    token      TEXT    NOT NULL PRIMARY KEY,
    device_id  TEXT    NOT NULL REFERENCES device (device_id),
    service    TEXT    NOT NULL CHECK (service IN ('Fcm', 'Apns', 'HMS')),
    registered INTEGER NOT NULL
) STRICT;
CREATE INDEX push_token_by_device ON push_token (device_id);

CREATE TABLE push_message (
    id     TEXT    NOT NULL PRIMARY KEY,
    member INTEGER NOT NULL REFERENCES member (id),
    title  TEXT    NOT NULL,
    body   TEXT    NOT NULL,
    at     INTEGER NOT NULL
) STRICT;

CREATE TABLE push_delivery (
    sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    message  TEXT    NOT NULL REFERENCES push_message (id),
    token    TEXT    NOT NULL,
    service  TEXT    NOT NULL,
    payload  TEXT    NOT NULL
) STRICT;
CREATE INDEX push_delivery_by_token ON push_delivery (token, sequence);

CREATE TABLE push_receipt (
    message   TEXT    NOT NULL REFERENCES push_message (id),
    device_id TEXT    NOT NULL,
    state     TEXT    NOT NULL CHECK (state IN ('Delivered', 'Read')),
    at        INTEGER NOT NULL,
    PRIMARY KEY (message, device_id, state)
) STRICT;
