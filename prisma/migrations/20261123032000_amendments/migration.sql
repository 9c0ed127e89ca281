-- New terms of an agreement that stands: proposed by either side, in force only when both have consented. Append-only:
-- what became of a proposal is what its acts add up to.

CREATE TABLE amendment_act (
  id uuid PRIMARY KEY,
  agreement_id uuid NOT NULL REFERENCES agreement (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  kind text NOT NULL CHECK (kind IN ('propose', 'consent', 'refuse', 'withdraw')),
  -- The version that the terms would be.
  number integer NOT NULL,
  digest text NOT NULL,
  -- The proposed terms, canonical; they stand in the proposal alone.
  terms text CHECK ((kind = 'propose') = (terms IS NOT NULL)),
  side text NOT NULL,
  agency_id uuid NOT NULL,
  person_id uuid NOT NULL,
  diarienummer text,
  reason text,
  at bigint NOT NULL
);
CREATE INDEX amendment_act_agreement_id_at_idx ON amendment_act (agreement_id, at);

ALTER TABLE amendment_act ENABLE ROW LEVEL SECURITY;
ALTER TABLE amendment_act FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON amendment_act TO tillit_owner USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON amendment_act TO tillit_worker USING (true) WITH CHECK (true);
CREATE POLICY web_read ON amendment_act FOR SELECT TO tillit_web USING (app_party(agreement_id));
-- In one's own name, for one's own agency, on its side; administrators propose and withdraw, approvers decide.
CREATE POLICY web_insert ON amendment_act FOR INSERT TO tillit_web
  WITH CHECK (person_id = app_person() AND app_side(agreement_id, agency_id) = side
    AND (agency_id = ANY (app_approved()) OR (kind IN ('propose', 'withdraw') AND agency_id = ANY (app_acting()))));
GRANT SELECT, INSERT ON amendment_act TO tillit_web;
GRANT SELECT ON amendment_act TO tillit_worker;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON amendment_act FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON amendment_act FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
