-- An agency's own rules, by which the portal consents in its name. Proposed by one approver, approved by another.

CREATE TABLE approval_rule (
  id uuid PRIMARY KEY,
  agency_id uuid NOT NULL REFERENCES agency (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  number integer NOT NULL CHECK (number > 0),
  direction text NOT NULL CHECK (direction IN ('incoming', 'outgoing')),
  clauses jsonb NOT NULL CHECK (jsonb_array_length(clauses) > 0),
  owner_id uuid NOT NULL,
  ends_at bigint NOT NULL,
  diarienummer text,
  proposed_by uuid NOT NULL,
  proposed_at bigint NOT NULL,
  approved_by uuid CHECK (approved_by <> proposed_by),
  approved_at bigint CHECK ((approved_at IS NULL) = (approved_by IS NULL)),
  stopped_by uuid,
  stopped_at bigint CHECK ((stopped_at IS NULL) = (stopped_by IS NULL)),
  stop_reason text
);
CREATE UNIQUE INDEX approval_rule_agency_id_number_key ON approval_rule (agency_id, number);

ALTER TABLE approval_rule ENABLE ROW LEVEL SECURITY;
ALTER TABLE approval_rule FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON approval_rule TO tillit_owner USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON approval_rule TO tillit_worker USING (true) WITH CHECK (true);
CREATE POLICY web_read ON approval_rule FOR SELECT TO tillit_web USING (agency_id = ANY (app_agencies()));
CREATE POLICY web_insert ON approval_rule FOR INSERT TO tillit_web
  WITH CHECK (agency_id = ANY (app_approved()) AND proposed_by = app_person() AND approved_by IS NULL AND stopped_by IS NULL);
-- An approver approves; whoever acts for the agency stops, in their own name.
CREATE POLICY web_update ON approval_rule FOR UPDATE TO tillit_web
  USING (agency_id = ANY (app_acting()) AND stopped_by IS NULL)
  WITH CHECK (stopped_by = app_person() OR (agency_id = ANY (app_approved()) AND approved_by = app_person()));
GRANT SELECT, INSERT, UPDATE (approved_by, approved_at, stopped_by, stopped_at, stop_reason) ON approval_rule TO tillit_web;
GRANT SELECT ON approval_rule TO tillit_worker;

-- Which rule consented, and who answered for it then.
ALTER TABLE decision ADD COLUMN rule_id uuid REFERENCES approval_rule (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  ADD COLUMN rule_number integer, ADD COLUMN rule_owner uuid,
  ADD CONSTRAINT decision_rule_whole CHECK ((rule_id IS NULL) = (rule_number IS NULL) AND (rule_id IS NULL) = (rule_owner IS NULL));

-- Whether somebody who may still act approves for that agency.
CREATE FUNCTION app_approves(who uuid, their_agency uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT EXISTS (SELECT FROM membership m JOIN person p ON p.id = m.person_id
    WHERE m.person_id = who AND m.agency_id = their_agency AND m.role = 'approver' AND m.state = 'active' AND p.disabled_at IS NULL)
$$;

-- A rule consents for its own agency, in its own direction, while it is in force and somebody answers for it.
CREATE FUNCTION app_rule_consents(rule uuid, their_agency uuid, decided text, their_number integer, their_owner uuid, decided_at bigint)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT EXISTS (SELECT FROM approval_rule r WHERE r.id = rule AND r.agency_id = their_agency AND r.number = their_number
    AND r.owner_id = their_owner AND r.approved_at IS NOT NULL AND r.stopped_at IS NULL AND r.ends_at > decided_at
    AND decided = CASE r.direction WHEN 'incoming' THEN 'accept' ELSE 'endorse' END
    AND app_approves(r.owner_id, r.agency_id))
$$;

-- A person's decision is no rule's.
CREATE POLICY web_no_rule ON decision AS RESTRICTIVE FOR INSERT TO tillit_web WITH CHECK (rule_id IS NULL);
-- The portal's own decisions are holds, the end that a leaving brings, and what a rule in force consents to.
DROP POLICY worker_holds ON decision;
CREATE POLICY worker_holds ON decision AS RESTRICTIVE FOR INSERT TO tillit_worker
  WITH CHECK (person_id IS NULL AND (
    (kind IN ('hold', 'leave') AND rule_id IS NULL)
    OR (kind IN ('endorse', 'accept') AND app_side(agreement_id, agency_id) = side
      AND app_rule_consents(rule_id, agency_id, kind, rule_number, rule_owner, at))));

-- Bars are looked up among all that ever were; that one stands but once is held under a lock of its value.
DROP INDEX barred_kind_value_key;
CREATE INDEX barred_kind_value_idx ON barred (kind, value);
