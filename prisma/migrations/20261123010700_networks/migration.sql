-- From which networks a homeserver comes and where it is reached, and who said that the firewall stands open for it.

CREATE TABLE homeserver_network (
  homeserver_id uuid NOT NULL REFERENCES homeserver (id) ON DELETE CASCADE ON UPDATE CASCADE,
  kind text NOT NULL CHECK (kind IN ('egress', 'ingress')),
  network text NOT NULL,
  -- 0 for where a server comes from: the port of an outgoing connection is nobody's to know.
  port integer NOT NULL CHECK ((kind = 'egress' AND port = 0) OR (kind = 'ingress' AND port BETWEEN 1 AND 65535)),
  at bigint NOT NULL,
  PRIMARY KEY (homeserver_id, kind, network, port)
);

-- Append-only: that a named person said that exactly these lines are in force at that server.
CREATE TABLE firewall_tick (
  id uuid PRIMARY KEY,
  agreement_id uuid NOT NULL REFERENCES agreement (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  homeserver_id uuid NOT NULL REFERENCES homeserver (id) ON DELETE CASCADE ON UPDATE CASCADE,
  digest text NOT NULL,
  person_id uuid NOT NULL,
  at bigint NOT NULL
);
CREATE INDEX firewall_tick_agreement_id_at_idx ON firewall_tick (agreement_id, at);
CREATE INDEX firewall_tick_homeserver_id_idx ON firewall_tick (homeserver_id);

DO $do$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['homeserver_network', 'firewall_tick'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_all ON %I TO tillit_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY worker_all ON %I TO tillit_worker USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$do$;

-- A partner reads them once there is an agreement, and no earlier: a mere request must not reveal anybody's networks.
CREATE FUNCTION app_agreed_with(server uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT FROM agreement_server s
     JOIN agreement a ON a.id = s.agreement_id AND a.stage = 'agreed'
     JOIN agreement_party p ON p.agreement_id = s.agreement_id AND p.agency_id = ANY (app_agencies())
    WHERE s.homeserver_id = server) $$;

CREATE POLICY web_read ON homeserver_network FOR SELECT TO tillit_web
  USING (app_serves(homeserver_id) OR app_agreed_with(homeserver_id));
CREATE POLICY web_insert ON homeserver_network FOR INSERT TO tillit_web WITH CHECK (app_manages(homeserver_id));
CREATE POLICY web_delete ON homeserver_network FOR DELETE TO tillit_web USING (app_manages(homeserver_id));

CREATE POLICY web_read ON firewall_tick FOR SELECT TO tillit_web USING (app_party(agreement_id));
CREATE POLICY web_insert ON firewall_tick FOR INSERT TO tillit_web
  WITH CHECK (app_party(agreement_id) AND app_manages(homeserver_id) AND person_id = app_person());

GRANT SELECT, INSERT, DELETE ON homeserver_network TO tillit_web;
GRANT SELECT, INSERT ON firewall_tick TO tillit_web;
GRANT SELECT ON homeserver_network, firewall_tick TO tillit_worker;
