-- What a homeserver says of itself to its own agencies: with whom it shares rooms, who else sits in them; and whether it
-- reaches a partner over its own path, which both sides read.

CREATE TABLE surroundings (
  homeserver_id uuid PRIMARY KEY REFERENCES homeserver (id) ON DELETE CASCADE ON UPDATE CASCADE,
  -- When it was asked, and when it last answered; `code` says why it did not.
  asked_at bigint NOT NULL,
  at bigint,
  code text,
  cut boolean NOT NULL DEFAULT false,
  -- Server name to counts.
  neighbours jsonb NOT NULL DEFAULT '{}',
  -- A partner's name to the rooms shared with it, and the third servers in them.
  exposure jsonb NOT NULL DEFAULT '{}'
);

CREATE TABLE path_probe (
  from_server_id uuid NOT NULL REFERENCES homeserver (id) ON DELETE CASCADE ON UPDATE CASCADE,
  to_server_id uuid NOT NULL REFERENCES homeserver (id) ON DELETE CASCADE ON UPDATE CASCADE,
  outcome text NOT NULL CHECK (outcome IN ('open', 'denied', 'own_list', 'away')),
  status integer NOT NULL,
  errcode text NOT NULL,
  said text NOT NULL,
  took_ms integer NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (from_server_id, to_server_id)
);
CREATE INDEX path_probe_to_server_id_idx ON path_probe (to_server_id);

-- Append-only: that an agency knows that enforcing ends this traffic, and means it.
CREATE TABLE deliberate_cut (
  id uuid PRIMARY KEY,
  homeserver_id uuid NOT NULL REFERENCES homeserver (id) ON DELETE CASCADE ON UPDATE CASCADE,
  server_name text NOT NULL,
  person_id uuid NOT NULL,
  reason text NOT NULL,
  at bigint NOT NULL
);
CREATE INDEX deliberate_cut_homeserver_id_at_idx ON deliberate_cut (homeserver_id, at);

DO $do$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['surroundings', 'path_probe', 'deliberate_cut'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_all ON %I TO tillit_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY worker_all ON %I TO tillit_worker USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$do$;

-- Of its agencies alone: who meets whom is neither the operator's nor the federation's to know.
CREATE FUNCTION app_served_here(server uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT FROM homeserver_agency s WHERE s.homeserver_id = server AND s.agency_id = ANY (app_agencies())) $$;

CREATE POLICY web_read ON surroundings FOR SELECT TO tillit_web USING (app_served_here(homeserver_id));
CREATE POLICY web_read ON path_probe FOR SELECT TO tillit_web USING (app_serves(from_server_id) OR app_serves(to_server_id));
CREATE POLICY web_read ON deliberate_cut FOR SELECT TO tillit_web USING (app_served_here(homeserver_id));
CREATE POLICY web_insert ON deliberate_cut FOR INSERT TO tillit_web
  WITH CHECK (app_manages(homeserver_id) AND person_id = app_person());

GRANT SELECT ON surroundings, path_probe TO tillit_web;
GRANT SELECT, INSERT ON deliberate_cut TO tillit_web;
GRANT SELECT, INSERT, UPDATE ON surroundings, path_probe TO tillit_worker;
