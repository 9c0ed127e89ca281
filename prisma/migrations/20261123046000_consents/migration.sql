-- What agencies have signed with keys of their own, for enforcement points that ask for it (law 10). The portal keeps and
-- carries it; whether a key counts is for each enforcement point's operator, who pinned it. Append-only.

CREATE TABLE agency_consent (
  id uuid PRIMARY KEY,
  agreement_id uuid NOT NULL REFERENCES agreement (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  agency_id uuid NOT NULL REFERENCES agency (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  person_id uuid NOT NULL,
  -- As signatures name the agency: scheme:identifier.
  signer text NOT NULL,
  digest text NOT NULL,
  from_at bigint NOT NULL,
  until_at bigint NOT NULL,
  key_id text NOT NULL,
  key text NOT NULL,
  -- [{servers: [a, b], signature}], one for each pair.
  signatures jsonb NOT NULL,
  at bigint NOT NULL
);
CREATE INDEX agency_consent_agreement_id_at_idx ON agency_consent (agreement_id, at);

ALTER TABLE agency_consent ENABLE ROW LEVEL SECURITY;
ALTER TABLE agency_consent FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON agency_consent TO tillit_owner USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON agency_consent TO tillit_worker USING (true) WITH CHECK (true);
CREATE POLICY web_read ON agency_consent FOR SELECT TO tillit_web USING (app_party(agreement_id));
-- In one's own name, for one's own agency where it is a party.
CREATE POLICY web_insert ON agency_consent FOR INSERT TO tillit_web
  WITH CHECK (person_id = app_person() AND app_side(agreement_id, agency_id) IS NOT NULL AND agency_id = ANY (app_acting()));
GRANT SELECT, INSERT ON agency_consent TO tillit_web;
GRANT SELECT ON agency_consent TO tillit_worker;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON agency_consent FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON agency_consent FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
