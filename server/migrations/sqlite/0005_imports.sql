-- Many invitations from one file. They hold what people wrote about fleets, no secret of Catena's; they expire with deliveries.

CREATE TABLE imports (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    state           TEXT NOT NULL,
    -- Why it pauses, or what its dry run could not find out.
    reason          TEXT,
    file_name       TEXT,
    -- Who brought the file.
    actor           TEXT NOT NULL,
    encoding        TEXT NOT NULL,
    delimiter       TEXT NOT NULL,
    -- Names of the columns, the first rows, and what the columns mean, in JSON.
    header          TEXT NOT NULL,
    samples         TEXT NOT NULL,
    mapping         TEXT NOT NULL,
    row_count       INTEGER NOT NULL,
    -- The file as text, until the import starts.
    content         TEXT,
    -- Who started it, and whether declined fleets are asked again.
    started_by      TEXT,
    reopen_declined INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    started_at      INTEGER,
    changed_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX imports_to_do ON imports (state, id) WHERE state IN ('checking', 'running');

CREATE TABLE import_rows (
    import     INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    number     INTEGER NOT NULL,
    line       INTEGER NOT NULL,
    fleet_ref  TEXT NOT NULL,
    -- What the row says, field by field, in JSON.
    said       TEXT NOT NULL,
    verdict    TEXT NOT NULL,
    state      TEXT NOT NULL,
    reason     TEXT,
    -- When Catena was first asked: what happened after it may be ours.
    started_at INTEGER,
    -- Our id of the invitation, and when its link runs out.
    invitation TEXT,
    expires_at INTEGER,
    PRIMARY KEY (import, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_rows_by_state ON import_rows (import, state, number);
-- The state stands in it too, so that counting needs nothing else.
CREATE INDEX import_rows_by_verdict ON import_rows (import, verdict, number, state);

-- Who took magic links away, when and how many.
CREATE TABLE import_links (
    import INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    at     INTEGER NOT NULL,
    actor  TEXT NOT NULL,
    count  INTEGER NOT NULL
) STRICT;
CREATE INDEX import_links_by_import ON import_links (import, at);
