-- What Catena kept otherwise than it was asked to, in JSON: an array of field, asked and kept. Nothing where it is all the same.
ALTER TABLE invitations ADD COLUMN differences TEXT;

-- References that differ in nothing but case.
CREATE INDEX fleets_by_ref_in_any_case ON fleets (fleet_ref COLLATE NOCASE);
