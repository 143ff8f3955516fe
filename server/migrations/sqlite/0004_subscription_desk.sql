-- Subscriptions as Catena lists and measures them, kept so that a page about them asks nobody; and secrets that end.

-- Until when a secret that was replaced is still accepted; null: as long as the subscription lasts.
ALTER TABLE subscription_secrets ADD COLUMN accept_until INTEGER;

-- What Catena said last: every subscription of the organisation, ours or not.
CREATE TABLE seen_subscriptions (
    webhook_id   TEXT PRIMARY KEY,
    event_name   TEXT NOT NULL,
    masked_url   TEXT NOT NULL,
    -- Whether it carries the events of some fleets only.
    filtered     INTEGER NOT NULL,
    status       TEXT NOT NULL,
    created_at   INTEGER,
    updated_at   INTEGER,
    -- Catena's figures in JSON, when they were asked for, and when the oldest dead letter died that the log tells of.
    figures      TEXT,
    figures_at   INTEGER,
    oldest_dead  INTEGER
) STRICT;

-- One row: when Catena was last asked for all of it, and what went wrong since.
CREATE TABLE subscription_looks (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    ended_at INTEGER,
    tried_at INTEGER NOT NULL,
    problem  TEXT
) STRICT, WITHOUT ROWID;
