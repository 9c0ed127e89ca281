-- The federation's terms, version by version, and who accepted which for an agency. Both are append-only.

CREATE TABLE terms_version (
  number integer PRIMARY KEY CHECK (number > 0),
  text text NOT NULL,
  digest text NOT NULL,
  person_id uuid,
  at bigint NOT NULL
);

CREATE TABLE terms_acceptance (
  agency_id uuid NOT NULL REFERENCES agency (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  number integer NOT NULL REFERENCES terms_version (number) ON DELETE RESTRICT ON UPDATE CASCADE,
  digest text NOT NULL,
  person_id uuid NOT NULL,
  -- By what the person may sign for the agency, and where the agency filed it.
  authority text NOT NULL,
  diarienummer text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (agency_id, number)
);

-- Terms that were written before versions were kept are the first.
INSERT INTO terms_version (number, text, digest, at)
SELECT 1, terms, 'sha256:' || translate(rtrim(encode(sha256(convert_to(terms, 'UTF8')), 'base64'), '='), '+/', '-_'), created_at
FROM federation WHERE terms <> '';

DO $do$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['terms_version', 'terms_acceptance'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_all ON %I TO tillit_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY worker_all ON %I TO tillit_worker USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$do$;

CREATE POLICY web_read ON terms_version FOR SELECT TO tillit_web USING (app_known() OR app_setting_up());
CREATE POLICY web_insert ON terms_version FOR INSERT TO tillit_web WITH CHECK (app_coordinator() OR app_setting_up());
-- An agency sees its own; who is behind is the coordinator's to see.
CREATE POLICY web_read ON terms_acceptance FOR SELECT TO tillit_web
  USING (agency_id = ANY (app_agencies()) OR app_coordinator());
CREATE POLICY web_insert ON terms_acceptance FOR INSERT TO tillit_web
  WITH CHECK (agency_id = ANY (app_approved()) AND person_id = app_person());

GRANT SELECT, INSERT ON terms_version, terms_acceptance TO tillit_web;
GRANT SELECT ON terms_version, terms_acceptance TO tillit_worker;
