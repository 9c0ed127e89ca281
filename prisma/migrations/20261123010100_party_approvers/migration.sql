-- How many approvers a party asks of itself is frozen when the request is sent: what an agency asks of its next agreements
-- neither shuts nor loosens one that stands.
ALTER TABLE agreement_party ADD COLUMN approvers_required INTEGER NOT NULL DEFAULT 1
  CHECK (approvers_required IN (1, 2));
UPDATE agreement_party p SET approvers_required = a.approvers_required FROM agency a WHERE a.id = p.agency_id;
