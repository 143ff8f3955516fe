-- Moments are microseconds since 1970, UTC. Columns named sealed_* hold ciphertext whose key is not in this database.

CREATE TABLE staff (
    id            TEXT PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,
    role          TEXT NOT NULL,
    password_hash TEXT,
    -- Made for the sandbox: may not sign in once Onramp talks to the real Catena.
    demo          INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL
) STRICT;

-- One-time links, known by a digest of their code: set-up of the first administrator, first password of the others.
CREATE TABLE one_time_links (
    code_digest TEXT PRIMARY KEY,
    staff_id    TEXT REFERENCES staff (id) ON DELETE CASCADE,
    expires_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    id_digest  TEXT PRIMARY KEY,
    staff_id   TEXT,
    data       BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_staff ON sessions (staff_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE fleets (
    id         INTEGER PRIMARY KEY,
    fleet_ref  TEXT NOT NULL UNIQUE,
    name       TEXT,
    -- What the fold says of the fleet's facts, kept for lists.
    stage      TEXT,
    health     TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- Catena's ids of a fleet: one or more.
CREATE TABLE catena_fleets (
    fleet_id TEXT PRIMARY KEY,
    fleet    INTEGER NOT NULL REFERENCES fleets (id)
) STRICT;
CREATE INDEX catena_fleets_by_fleet ON catena_fleets (fleet);

-- Which fleet a connection belongs to: schedule events name nothing else (WEBHOOKS.md 2.8).
CREATE TABLE connections (
    connection_id TEXT PRIMARY KEY,
    fleet_id      TEXT NOT NULL
) STRICT;

CREATE TABLE invitations (
    id             TEXT PRIMARY KEY,
    -- Digest of Catena's id, which is a password and only kept sealed.
    digest         TEXT NOT NULL UNIQUE,
    fleet          INTEGER NOT NULL REFERENCES fleets (id),
    sealed_id      BLOB NOT NULL,
    sealed_link    BLOB,
    -- The stage of this invitation by its own facts, kept for lists.
    stage          TEXT,
    -- What was asked for, as the form's fields, in JSON; nothing for invitations made elsewhere.
    asked          TEXT,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX invitations_newest ON invitations (created_at DESC, id DESC);
CREATE INDEX invitations_by_fleet ON invitations (fleet, created_at DESC);
CREATE INDEX invitations_running_out ON invitations (expires_at) WHERE stage IN ('created', 'sent', 'viewed');

CREATE TABLE facts (
    id            INTEGER PRIMARY KEY,
    key           TEXT NOT NULL UNIQUE,
    -- Null while nothing joins the fact to a fleet.
    fleet         INTEGER REFERENCES fleets (id),
    kind          TEXT NOT NULL,
    at            INTEGER NOT NULL,
    source        TEXT NOT NULL,
    event_id      TEXT,
    actor         TEXT,
    -- The rest of what the fact is about, in JSON.
    about         TEXT NOT NULL,
    -- What a waiting fact can be joined by.
    fleet_id      TEXT,
    connection_id TEXT,
    invitation    TEXT
) STRICT;
CREATE INDEX facts_by_fleet ON facts (fleet, at) WHERE fleet IS NOT NULL;
CREATE INDEX facts_waiting_by_fleet_id ON facts (fleet_id) WHERE fleet IS NULL;
CREATE INDEX facts_waiting_by_connection ON facts (connection_id) WHERE fleet IS NULL;
CREATE INDEX facts_waiting_by_invitation ON facts (invitation) WHERE fleet IS NULL;

-- The inbox: every request that was let in, and what became of it.
CREATE TABLE deliveries (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at  INTEGER NOT NULL,
    state        TEXT NOT NULL,
    -- Why it is parked or quarantined.
    reason       TEXT,
    webhook_id   TEXT,
    event_name   TEXT,
    event_id     TEXT,
    attempt      INTEGER,
    -- X-Catena-Timestamp, which the signature covers, as it came.
    sent_at      TEXT,
    signature    TEXT,
    -- The body as received, until it is processed; then redacted.
    sealed_body  BLOB,
    body         TEXT
) STRICT;
CREATE INDEX deliveries_to_do ON deliveries (id) WHERE state = 'received';
CREATE INDEX deliveries_quarantined ON deliveries (id) WHERE state = 'quarantined';

-- Event ids that were processed: the first key against duplicates.
CREATE TABLE events (
    event_id TEXT PRIMARY KEY,
    delivery INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Signing secrets are stored before Catena is asked, so that the first delivery can be verified.
CREATE TABLE signing_secrets (
    id         TEXT PRIMARY KEY,
    event_name TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE subscriptions (
    webhook_id TEXT PRIMARY KEY,
    event_name TEXT NOT NULL,
    -- Where it posts to. Catena masks what it answers, so this is the only record of it.
    url        TEXT NOT NULL,
    status     TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- More than one while a secret is being replaced.
CREATE TABLE subscription_secrets (
    webhook_id TEXT NOT NULL REFERENCES subscriptions (webhook_id) ON DELETE CASCADE,
    secret_id  TEXT NOT NULL REFERENCES signing_secrets (id),
    PRIMARY KEY (webhook_id, secret_id)
) STRICT, WITHOUT ROWID;
