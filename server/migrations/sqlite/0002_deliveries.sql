-- The inbox as people look at it: filters, what a delivery changed, what expired; and facts that wait for a fleet.

-- The documented headers that no rule reads, as a JSON object.
ALTER TABLE deliveries ADD COLUMN headers TEXT;
-- When the processing ended.
ALTER TABLE deliveries ADD COLUMN ended_at INTEGER;

DROP INDEX deliveries_quarantined;
CREATE INDEX deliveries_by_time ON deliveries (received_at);
CREATE INDEX deliveries_by_event ON deliveries (event_name, received_at);
-- Those still to be processed have an index of their own; so that receiving pays for no more than it must, they stay out of these.
CREATE INDEX deliveries_by_state ON deliveries (state, received_at) WHERE state <> 'received';
CREATE INDEX deliveries_by_state_and_event ON deliveries (state, event_name, received_at) WHERE state <> 'received';
CREATE INDEX deliveries_by_event_id ON deliveries (event_id) WHERE event_id IS NOT NULL;

-- What a delivery did to which fact: new, enriched or known.
CREATE TABLE delivery_facts (
    delivery INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    fact     INTEGER NOT NULL REFERENCES facts (id),
    effect   TEXT NOT NULL,
    PRIMARY KEY (delivery, fact)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_facts_by_fact ON delivery_facts (fact);

-- How many deliveries of each state were removed, and when last.
CREATE TABLE expired_deliveries (
    state   TEXT PRIMARY KEY,
    count   INTEGER NOT NULL,
    last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What staff decided about subjects that Catena's records don't lead to a fleet: a connection or an invitation's digest.
CREATE TABLE assignments (
    subject TEXT PRIMARY KEY,
    fleet   INTEGER NOT NULL REFERENCES fleets (id)
) STRICT, WITHOUT ROWID;

-- Facts that wait, by what they wait for, without a look at each of them.
DROP INDEX facts_waiting_by_fleet_id;
CREATE INDEX facts_waiting ON facts (fleet_id, connection_id, invitation, at) WHERE fleet IS NULL;
