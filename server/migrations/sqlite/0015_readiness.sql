-- One row that is written to see whether anything can be stored.
CREATE TABLE readiness (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    checked_at INTEGER NOT NULL,
    filler BLOB NOT NULL
) STRICT;
