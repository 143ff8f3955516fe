-- Questions to Catena: when they were asked, and what they came to.
CREATE TABLE checks (
    id         INTEGER PRIMARY KEY,
    -- The one fleet that was asked about; null for all of them.
    fleet      INTEGER REFERENCES fleets (id),
    cause      TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER NOT NULL,
    -- Whether it came to its end.
    complete   INTEGER NOT NULL,
    -- Facts that were new, and those among them that a webhook should have told.
    found      INTEGER NOT NULL,
    holes      INTEGER NOT NULL,
    -- What went wrong and what to do, for staff.
    problem    TEXT
) STRICT;
CREATE INDEX checks_of_all ON checks (started_at) WHERE fleet IS NULL;
CREATE INDEX checks_by_fleet ON checks (fleet, started_at) WHERE fleet IS NOT NULL;

-- Facts that a webhook should have told and a check found first.
CREATE TABLE holes (
    fact     INTEGER PRIMARY KEY REFERENCES facts (id),
    fleet    INTEGER NOT NULL REFERENCES fleets (id),
    found_at INTEGER NOT NULL,
    -- A webhook has told the same since, by a fact of its own. Where it told the very fact, the fact's source says so.
    told     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX holes_by_time ON holes (found_at) WHERE told = 0;

-- Catena's list of providers, as last read. Several share one source_name, which names an integration.
CREATE TABLE providers (
    id          TEXT PRIMARY KEY,
    slug        TEXT NOT NULL,
    source_name TEXT NOT NULL,
    name        TEXT NOT NULL,
    read_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX providers_by_source ON providers (source_name);
