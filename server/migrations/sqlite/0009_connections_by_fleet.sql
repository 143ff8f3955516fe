-- Facts that wait for a connection of a fleet, without a look at every connection.
CREATE INDEX connections_by_fleet ON connections (fleet_id);
