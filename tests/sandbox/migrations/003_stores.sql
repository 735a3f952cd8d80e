-- What differs from the chain of stores that the code makes, and what is left of the goods.

-- A store as it is now (a body), or that it is gone (none). The highest revision is the chain's.
CREATE TABLE store_change (
    store    INTEGER NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL UNIQUE,
    body     TEXT
) STRICT;

-- What a store has of something, once it was sold there or a test said so.
CREATE TABLE stock (
    store    INTEGER NOT NULL,
    goods_id TEXT    NOT NULL,
    count    INTEGER NOT NULL CHECK (count >= 0),
    at       INTEGER NOT NULL,
    PRIMARY KEY (store, goods_id)
) STRICT;
