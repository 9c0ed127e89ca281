-- What trying the contract on a real server showed, as the portal's list key signed it. Append-only, for all members.
CREATE TABLE conformance_report (
  id uuid PRIMARY KEY,
  homeserver_id uuid NOT NULL REFERENCES homeserver (id) ON DELETE CASCADE ON UPDATE CASCADE,
  bytes text NOT NULL,
  at bigint NOT NULL
);
CREATE INDEX conformance_report_homeserver_id_at_idx ON conformance_report (homeserver_id, at);

ALTER TABLE conformance_report ENABLE ROW LEVEL SECURITY;
ALTER TABLE conformance_report FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON conformance_report TO tillit_owner USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON conformance_report TO tillit_worker USING (true) WITH CHECK (true);
CREATE POLICY web_read ON conformance_report FOR SELECT TO tillit_web USING (app_known());
GRANT SELECT ON conformance_report TO tillit_web;
GRANT SELECT, INSERT ON conformance_report TO tillit_worker;
