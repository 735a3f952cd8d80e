-- The chain as the platform last said it. `listed` and `detail` are JSON: what a list shows of a store, and what its page
-- adds. Archived stores have a row, and no place in the blob.
CREATE TABLE store (
    id INTEGER NOT NULL PRIMARY KEY,
    listed TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;

-- One row at most: the whole chain ready to be searched, made of the rows of `version`: the stores as columns, where they are,
-- what they are called, the last for text alone and so behind the others. `cursor` is what the platform is asked
-- since the next time, NULL where it has no deltas; `as_of` is when it last said that this is the chain, RFC 3339.
CREATE TABLE catalogue (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL,
    cursor TEXT,
    as_of TEXT NOT NULL,
    stores BLOB NOT NULL,
    places BLOB NOT NULL,
    names BLOB NOT NULL
) STRICT;

-- What the member asked about, the last ones: `asked` grows with every question.
CREATE TABLE goods (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    asked INTEGER NOT NULL
) STRICT;

-- The last known answers to that; `as_of` is when it was so, RFC 3339.
CREATE TABLE stock (
    goods_id TEXT NOT NULL REFERENCES goods (id) ON DELETE CASCADE,
    store_id INTEGER NOT NULL,
    available INTEGER NOT NULL,
    as_of TEXT NOT NULL,
    PRIMARY KEY (goods_id, store_id)
) STRICT, WITHOUT ROWID;
