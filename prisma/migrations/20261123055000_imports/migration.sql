-- Agreements that stand on paper, brought in by a coordinator as proposals. Each side's approvers confirm the batch's rows
-- that are their agency's, by one digest; the worker makes an agreement of each row that both sides have confirmed.

CREATE TABLE import_batch (
  id uuid PRIMARY KEY,
  -- Of the file and the rows that were left out of it.
  digest text NOT NULL,
  rows integer NOT NULL,
  left_out integer NOT NULL,
  created_by uuid NOT NULL,
  created_at bigint NOT NULL,
  -- When the worker is next to look; null where only an act can change anything.
  settle_at bigint,
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX import_batch_settle_at_idx ON import_batch (settle_at);
CREATE INDEX import_batch_created_at_id_idx ON import_batch (created_at, id);

CREATE TABLE import_row (
  batch_id uuid NOT NULL REFERENCES import_batch (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  -- The line of the file on which it stands.
  line integer NOT NULL,
  home_id uuid NOT NULL REFERENCES agency (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  partner_id uuid NOT NULL REFERENCES agency (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  -- Canonical JSON; the digest is over exactly these bytes.
  terms text NOT NULL,
  digest text NOT NULL,
  home_diarienummer text,
  partner_diarienummer text,
  agreement_id uuid UNIQUE REFERENCES agreement (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  -- Why no agreement was made of it though both sides confirmed.
  code text,
  PRIMARY KEY (batch_id, line)
);
CREATE INDEX import_row_home_id_batch_id_idx ON import_row (home_id, batch_id);
CREATE INDEX import_row_partner_id_batch_id_idx ON import_row (partner_id, batch_id);

CREATE TABLE import_party (
  batch_id uuid NOT NULL REFERENCES import_batch (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  agency_id uuid NOT NULL REFERENCES agency (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  rows integer NOT NULL,
  -- Of the digests of the agency's rows, in the order of the file.
  digest text NOT NULL,
  approvers_required integer NOT NULL CHECK (approvers_required IN (1, 2)),
  PRIMARY KEY (batch_id, agency_id)
);
CREATE INDEX import_party_agency_id_idx ON import_party (agency_id);

CREATE TABLE import_act (
  id uuid PRIMARY KEY,
  batch_id uuid NOT NULL REFERENCES import_batch (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  kind text NOT NULL CHECK (kind IN ('confirm', 'decline', 'withdraw')),
  -- Null where a coordinator withdrew the batch.
  agency_id uuid,
  person_id uuid NOT NULL,
  digest text NOT NULL,
  left_out integer[] NOT NULL,
  reason text,
  at bigint NOT NULL
);
CREATE INDEX import_act_batch_id_at_idx ON import_act (batch_id, at);

DO $do$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['import_batch', 'import_row', 'import_party', 'import_act'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_all ON %I TO tillit_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY worker_all ON %I TO tillit_worker USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$do$;

CREATE FUNCTION app_import_party(batch uuid, among uuid[]) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT FROM import_party p WHERE p.batch_id = batch AND p.agency_id = ANY (among)) $$;
-- Whether the two stand on one row of the batch.
CREATE FUNCTION app_import_meets(batch uuid, agency uuid, among uuid[]) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT agency = ANY (among)
  OR EXISTS (SELECT FROM import_row r WHERE r.batch_id = batch AND r.home_id = agency AND r.partner_id = ANY (among))
  OR EXISTS (SELECT FROM import_row r WHERE r.batch_id = batch AND r.partner_id = agency AND r.home_id = ANY (among)) $$;

CREATE POLICY web_read ON import_batch FOR SELECT TO tillit_web
  USING ((SELECT app_coordinator()) OR app_import_party(id, app_agencies()));
CREATE POLICY web_insert ON import_batch FOR INSERT TO tillit_web
  WITH CHECK (created_by = app_person() AND app_coordinator());
CREATE POLICY web_update ON import_batch FOR UPDATE TO tillit_web
  USING ((SELECT app_coordinator()) OR app_import_party(id, app_approved()));

CREATE POLICY web_read ON import_row FOR SELECT TO tillit_web
  USING ((SELECT app_coordinator()) OR home_id = ANY (app_agencies()) OR partner_id = ANY (app_agencies()));
CREATE POLICY web_insert ON import_row FOR INSERT TO tillit_web
  WITH CHECK ((SELECT app_coordinator()) AND agreement_id IS NULL AND code IS NULL);

CREATE POLICY web_read ON import_party FOR SELECT TO tillit_web
  USING ((SELECT app_coordinator()) OR app_import_meets(batch_id, agency_id, app_agencies()));
CREATE POLICY web_insert ON import_party FOR INSERT TO tillit_web WITH CHECK ((SELECT app_coordinator()));

CREATE POLICY web_read ON import_act FOR SELECT TO tillit_web
  USING ((SELECT app_coordinator()) OR CASE WHEN agency_id IS NULL THEN app_import_party(batch_id, app_agencies())
    ELSE app_import_meets(batch_id, agency_id, app_agencies()) END);
-- In one's own name, for one's own agency.
CREATE POLICY web_insert ON import_act FOR INSERT TO tillit_web
  WITH CHECK (person_id = app_person() AND CASE WHEN agency_id IS NULL THEN app_coordinator() AND kind = 'withdraw'
    ELSE kind IN ('confirm', 'decline') AND agency_id = ANY (app_approved()) AND app_import_party(batch_id, ARRAY[agency_id]) END);

GRANT SELECT, INSERT, UPDATE (settle_at, version) ON import_batch TO tillit_web;
GRANT SELECT, INSERT ON import_row, import_party, import_act TO tillit_web;
GRANT SELECT, UPDATE (settle_at, version) ON import_batch TO tillit_worker;
GRANT SELECT, UPDATE (agreement_id, code) ON import_row TO tillit_worker;
GRANT SELECT ON import_party, import_act TO tillit_worker;

DO $do$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['import_party', 'import_act'] LOOP
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
  END LOOP;
END
$do$;

-- Whether an agreement was made of a row of just those terms that the person confirmed for the agency; with no agency and
-- person, whether it was made of a row at all.
CREATE FUNCTION import_carries(agreement uuid, terms_digest text, agency uuid, person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT FROM import_row r WHERE r.agreement_id = agreement AND r.digest = terms_digest
  AND (person IS NULL OR (agency IN (r.home_id, r.partner_id) AND EXISTS (SELECT FROM import_act a
    WHERE a.batch_id = r.batch_id AND a.kind = 'confirm' AND a.agency_id = agency AND a.person_id = person
      AND NOT r.line = ANY (a.left_out))))) $$;

-- Beside what the worker may decide already it carries what people confirmed into the agreements made of it.
DO $do$
DECLARE before text;
BEGIN
  SELECT pg_get_expr(polwithcheck, polrelid) INTO STRICT before FROM pg_policy
    WHERE polname = 'worker_holds' AND polrelid = 'decision'::regclass;
  DROP POLICY worker_holds ON decision;
  EXECUTE format('CREATE POLICY worker_holds ON decision AS RESTRICTIVE FOR INSERT TO tillit_worker WITH CHECK ((%s) OR
    (rule_id IS NULL AND CASE WHEN person_id IS NULL THEN kind = ''request'' ELSE kind IN (''endorse'', ''accept'')
      AND app_side(agreement_id, agency_id) = side END AND import_carries(agreement_id, digest, agency_id, person_id)))', before);
END
$do$;
