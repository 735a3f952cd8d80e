-- Offers, coupons, favourite goods, and what reaches members.

-- What differs from the programme's offers: an offer that a test added, changed or took back. The definition is JSON.
CREATE TABLE offer_change (
    offer      INTEGER NOT NULL PRIMARY KEY,
    version    INTEGER NOT NULL,
    definition TEXT    NOT NULL
) STRICT;

-- Who activated or accepted which offer, the last time.
CREATE TABLE offer_activation (
    member INTEGER NOT NULL REFERENCES member (id),
    offer  INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (member, offer)
) STRICT;

-- Which purchase used which offer. Once all of the purchase is back, it did not.
CREATE TABLE offer_use (
    purchase TEXT    NOT NULL REFERENCES purchase (id),
    offer    INTEGER NOT NULL,
    member   INTEGER NOT NULL REFERENCES member (id),
    at       INTEGER NOT NULL,
    undone   INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1)),
    PRIMARY KEY (purchase, offer)
) STRICT;
CREATE INDEX offer_use_by_member ON offer_use (member, offer);

CREATE TABLE coupon (
    id          INTEGER NOT NULL PRIMARY KEY,
    member      INTEGER NOT NULL REFERENCES member (id),
    code        TEXT    NOT NULL UNIQUE,
    title       TEXT    NOT NULL,
    description TEXT,
    -- JSON, as in the rules of an offer.
    benefit     TEXT    NOT NULL,
    created     INTEGER NOT NULL,
    updated     INTEGER,
    starts      INTEGER,
    ends        INTEGER,
    used_by     TEXT REFERENCES purchase (id)
) STRICT;
CREATE INDEX coupon_by_member ON coupon (member);
CREATE INDEX coupon_by_purchase ON coupon (used_by);

-- What a member chose for a cell of a month, or that they cleared it.
CREATE TABLE favourite (
    member   INTEGER NOT NULL REFERENCES member (id),
    period   INTEGER NOT NULL,
    position INTEGER NOT NULL,
    goods_id TEXT,
    changed  INTEGER NOT NULL,
    PRIMARY KEY (member, period, position),
    UNIQUE (member, period, goods_id)
) STRICT;

CREATE TABLE notification (
    id        INTEGER NOT NULL PRIMARY KEY,
    member    INTEGER NOT NULL REFERENCES member (id),
    -- The push that told of it.
    message   TEXT    NOT NULL REFERENCES push_message (id),
    title     TEXT    NOT NULL,
    body      TEXT    NOT NULL,
    image_url TEXT,
    at        INTEGER NOT NULL,
    read_at   INTEGER
) STRICT;
CREATE INDEX notification_by_member ON notification (member, at);
CREATE INDEX notification_by_message ON notification (message);

-- What a member changed of what the programme may write about. No row: as the programme begins with.
CREATE TABLE consent (
    member   INTEGER NOT NULL REFERENCES member (id),
    type     INTEGER NOT NULL,
    way      TEXT    NOT NULL CHECK (way IN ('sms', 'email', 'push')),
    selected INTEGER NOT NULL CHECK (selected IN (0, 1)),
    PRIMARY KEY (member, type, way)
) STRICT;

ALTER TABLE push_message ADD COLUMN image_url TEXT;
