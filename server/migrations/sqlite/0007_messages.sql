-- E-mails to fleets: those that staff sent, and the reminders that are proposed to them. No link and no text: both are made
-- when a message is sent.
CREATE TABLE messages (
    id         TEXT PRIMARY KEY,
    -- What makes it this message and no other: nothing with the same key is ever sent twice.
    key        TEXT NOT NULL UNIQUE,
    fleet      INTEGER NOT NULL REFERENCES fleets (id),
    -- Digest of the invitation, and the end of the round that it is about.
    invitation TEXT NOT NULL REFERENCES invitations (digest),
    expires_at INTEGER NOT NULL,
    occasion   TEXT NOT NULL,
    recipient  TEXT,
    language   TEXT NOT NULL,
    state      TEXT NOT NULL,
    -- Since when nothing has moved; only reminders have it.
    since      INTEGER,
    made_at    INTEGER NOT NULL,
    decided_at INTEGER,
    decided_by TEXT,
    ended_at   INTEGER,
    problem    TEXT
) STRICT;
-- One a state: SQLite takes a partial index only for the very condition it was made with.
CREATE INDEX messages_proposed ON messages (expires_at, id, recipient) WHERE state = 'proposed';
CREATE INDEX messages_approved ON messages (decided_at, id) WHERE state = 'approved';
CREATE INDEX messages_sending ON messages (id) WHERE state = 'sending';
CREATE INDEX messages_decided ON messages (decided_at DESC, id DESC) WHERE decided_at IS NOT NULL AND since IS NOT NULL;

-- Links that still work and are not used to the end, for reminders.
CREATE INDEX invitations_under_way ON invitations (expires_at, id) WHERE stage IN ('created', 'sent', 'viewed', 'accepted');
