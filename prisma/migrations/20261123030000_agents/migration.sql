-- Enforcement points that nobody can call: they enrol with a one-time code, ask for their list, and give receipts.

CREATE TABLE agent (
  enforcement_point_id uuid PRIMARY KEY REFERENCES enforcement_point (id) ON DELETE CASCADE ON UPDATE CASCADE,
  key_id text NOT NULL,
  key text NOT NULL,
  software text NOT NULL,
  enrolled_at bigint NOT NULL,
  -- When it last asked, and by how much its clock was off where it was refused for that.
  pulled_at bigint,
  clock_off_ms bigint,
  refused_at bigint,
  -- Which run of the program last gave a receipt, those before it, and when one of those came back: then two share a key.
  boot text,
  ended_boots jsonb NOT NULL DEFAULT '[]',
  doubled_at bigint,
  last_sequence bigint NOT NULL DEFAULT 0,
  receipt_bytes text,
  receipt_at bigint
);

CREATE TABLE enrolment_code (
  id uuid PRIMARY KEY,
  enforcement_point_id uuid NOT NULL REFERENCES enforcement_point (id) ON DELETE CASCADE ON UPDATE CASCADE,
  code_hash text NOT NULL UNIQUE,
  made_by uuid NOT NULL,
  at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint
);
CREATE INDEX enrolment_code_enforcement_point_id_idx ON enrolment_code (enforcement_point_id);

CREATE TABLE agent_nonce (
  enforcement_point_id uuid NOT NULL REFERENCES enforcement_point (id) ON DELETE CASCADE ON UPDATE CASCADE,
  nonce text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (enforcement_point_id, nonce)
);

-- The enforcement point for which the transaction acts. It is set from what a signature says, as a person is from a session.
CREATE FUNCTION app_point() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.enforcement_point', true), '')::uuid $$;

CREATE FUNCTION app_point_server() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT e.homeserver_id FROM enforcement_point e WHERE e.id = app_point() $$;

CREATE FUNCTION app_enrolling() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.enrolment', true), '') $$;

CREATE FUNCTION app_point_served(point uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT FROM enforcement_point e WHERE e.id = point AND app_serves(e.homeserver_id)) $$;

-- Its agency's administrators let a key in; approvers decide which kind of enforcement point there is.
CREATE FUNCTION app_point_administered(point uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT FROM enforcement_point e JOIN homeserver_agency s ON s.homeserver_id = e.homeserver_id
     WHERE e.id = point AND s.agency_id = ANY (app_administrated())) $$;

CREATE FUNCTION app_point_managed(point uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT FROM enforcement_point e WHERE e.id = point AND app_manages(e.homeserver_id)) $$;

DO $do$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['agent', 'enrolment_code', 'agent_nonce'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_all ON %I TO tillit_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY worker_all ON %I TO tillit_worker USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$do$;

CREATE POLICY web_read ON agent FOR SELECT TO tillit_web
  USING (enforcement_point_id = app_point() OR app_point_served(enforcement_point_id));
CREATE POLICY web_insert ON agent FOR INSERT TO tillit_web WITH CHECK (enforcement_point_id = app_point());
CREATE POLICY web_update ON agent FOR UPDATE TO tillit_web USING (enforcement_point_id = app_point());
CREATE POLICY web_delete ON agent FOR DELETE TO tillit_web USING (app_point_managed(enforcement_point_id));

CREATE POLICY web_read ON enrolment_code FOR SELECT TO tillit_web
  USING (code_hash = app_enrolling() OR app_point_served(enforcement_point_id));
CREATE POLICY web_insert ON enrolment_code FOR INSERT TO tillit_web
  WITH CHECK (app_point_administered(enforcement_point_id) AND made_by = app_person() AND used_at IS NULL);
CREATE POLICY web_use ON enrolment_code FOR UPDATE TO tillit_web
  USING (code_hash = app_enrolling() AND used_at IS NULL) WITH CHECK (code_hash = app_enrolling());
CREATE POLICY web_delete ON enrolment_code FOR DELETE TO tillit_web USING (app_point_managed(enforcement_point_id));

CREATE POLICY web_all ON agent_nonce TO tillit_web
  USING (enforcement_point_id = app_point()) WITH CHECK (enforcement_point_id = app_point());

-- What an enforcement point reads: itself, its server, what was signed for it, and under which keys.
CREATE POLICY point_read ON enforcement_point FOR SELECT TO tillit_web USING (id = app_point());
CREATE POLICY point_read ON homeserver FOR SELECT TO tillit_web USING (id = app_point_server());
CREATE POLICY point_read ON homeserver_agency FOR SELECT TO tillit_web USING (homeserver_id = app_point_server());
CREATE POLICY point_read ON homeserver_key FOR SELECT TO tillit_web USING (homeserver_id = app_point_server());
CREATE POLICY point_read ON federation FOR SELECT TO tillit_web USING (app_point() IS NOT NULL);
CREATE POLICY point_read ON list_head FOR SELECT TO tillit_web USING (homeserver_id = app_point_server());
CREATE POLICY point_read ON signed_document FOR SELECT TO tillit_web
  USING (homeserver_id = app_point_server() OR (homeserver_id IS NULL AND app_point() IS NOT NULL));

GRANT SELECT, INSERT, UPDATE, DELETE ON agent TO tillit_web;
GRANT SELECT, INSERT, DELETE ON enrolment_code TO tillit_web;
GRANT UPDATE (used_at) ON enrolment_code TO tillit_web;
GRANT SELECT, INSERT, DELETE ON agent_nonce TO tillit_web;
GRANT SELECT ON agent TO tillit_worker;
