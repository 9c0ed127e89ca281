-- Credentials of enforcement points whose vendor needs one. The web seals them to the worker's public key and never
-- reads the sealed text again: it has no right to that column.

CREATE TABLE sealing_key (
  id text PRIMARY KEY,
  public_key text NOT NULL,
  published_at bigint NOT NULL
);

CREATE TABLE credential (
  id uuid PRIMARY KEY,
  agency_id uuid NOT NULL REFERENCES agency (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  homeserver_id uuid NOT NULL REFERENCES homeserver (id) ON DELETE CASCADE ON UPDATE CASCADE,
  enforcement_point_id uuid NOT NULL REFERENCES enforcement_point (id) ON DELETE CASCADE ON UPDATE CASCADE,
  kind text NOT NULL,
  field_names text[] NOT NULL CHECK (cardinality(field_names) > 0),
  -- Field name to sealed text.
  sealed jsonb NOT NULL,
  key_id text NOT NULL REFERENCES sealing_key (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  state text NOT NULL CHECK (state IN ('testing', 'failed', 'active')),
  insisted boolean NOT NULL DEFAULT false,
  given_by uuid NOT NULL,
  given_at bigint NOT NULL,
  tested_at bigint,
  test_code text,
  active_since bigint,
  last_used_at bigint,
  last_use_code text,
  CHECK ((state = 'active') = (active_since IS NOT NULL)),
  CHECK (state <> 'active' OR insisted OR test_code = 'passed')
);
CREATE INDEX credential_homeserver_id_idx ON credential (homeserver_id);
CREATE INDEX credential_enforcement_point_id_idx ON credential (enforcement_point_id);
CREATE INDEX credential_agency_id_idx ON credential (agency_id);
-- At most one in use and one on trial.
CREATE UNIQUE INDEX credential_one_active ON credential (enforcement_point_id) WHERE state = 'active';
CREATE UNIQUE INDEX credential_one_candidate ON credential (enforcement_point_id) WHERE state <> 'active';

-- What looking showed: which interface answers at this server, whatever the agency has chosen.
ALTER TABLE enforcement_point ADD COLUMN detected text, ADD COLUMN detected_at bigint;

DO $do$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['sealing_key', 'credential'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_all ON %I TO tillit_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY worker_all ON %I TO tillit_worker USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$do$;

CREATE POLICY web_read ON sealing_key FOR SELECT TO tillit_web USING (app_person() IS NOT NULL);

CREATE POLICY web_read ON credential FOR SELECT TO tillit_web
  USING (agency_id = ANY (app_agencies()) OR app_serves(homeserver_id));
-- Given by an administrator of an agency on that server, for their own agency, and only ever on trial.
CREATE POLICY web_insert ON credential FOR INSERT TO tillit_web
  WITH CHECK (agency_id = ANY (app_administrated()) AND app_manages(homeserver_id) AND state = 'testing'
    AND given_by = app_person());
CREATE POLICY web_update ON credential FOR UPDATE TO tillit_web
  USING (agency_id = ANY (app_administrated())) WITH CHECK (agency_id = ANY (app_administrated()) AND insisted);
CREATE POLICY web_delete ON credential FOR DELETE TO tillit_web USING (app_manages(homeserver_id));

GRANT SELECT ON sealing_key TO tillit_web;
GRANT SELECT, INSERT ON sealing_key TO tillit_worker;
GRANT SELECT (id, agency_id, homeserver_id, enforcement_point_id, kind, field_names, key_id, state, insisted, given_by,
  given_at, tested_at, test_code, active_since, last_used_at, last_use_code) ON credential TO tillit_web;
GRANT INSERT, DELETE ON credential TO tillit_web;
GRANT UPDATE (state, insisted, active_since) ON credential TO tillit_web;
GRANT SELECT, DELETE ON credential TO tillit_worker;
GRANT UPDATE (state, tested_at, test_code, active_since, last_used_at, last_use_code) ON credential TO tillit_worker;
