-- What this database belongs to, in one row.
CREATE TABLE installation (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    -- A constant, sealed with the key of everything else, so that another key is noticed.
    sealed_probe BLOB NOT NULL,
    -- Whether the fleets are a sandbox's: made-up ones must never mix with real ones.
    sandbox      INTEGER NOT NULL
) STRICT;
