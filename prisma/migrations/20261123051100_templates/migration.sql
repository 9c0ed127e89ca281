-- What an agency, or the federation, begins its requests with. An agency's are its own people's to read, the
-- federation's every member's.
CREATE TABLE agreement_templates (
  -- The agency; nil for the federation, so that each has one row.
  owner_id uuid PRIMARY KEY,
  agency_id uuid REFERENCES agency (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  number integer NOT NULL CHECK (number > 0),
  -- JSON, parsed where it is read.
  templates text NOT NULL,
  CHECK (owner_id = coalesce(agency_id, '00000000-0000-0000-0000-000000000000'))
);
ALTER TABLE agreement_templates ENABLE ROW LEVEL SECURITY;
ALTER TABLE agreement_templates FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON agreement_templates TO tillit_owner USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON agreement_templates TO tillit_worker USING (true) WITH CHECK (true);
CREATE POLICY web_read ON agreement_templates FOR SELECT TO tillit_web
  USING (CASE WHEN agency_id IS NULL THEN app_known() ELSE agency_id = ANY (app_agencies()) END);
CREATE POLICY web_insert ON agreement_templates FOR INSERT TO tillit_web
  WITH CHECK (CASE WHEN agency_id IS NULL THEN app_coordinator() ELSE agency_id = ANY (app_administrated()) END);
CREATE POLICY web_update ON agreement_templates FOR UPDATE TO tillit_web
  USING (CASE WHEN agency_id IS NULL THEN app_coordinator() ELSE agency_id = ANY (app_administrated()) END)
  WITH CHECK (CASE WHEN agency_id IS NULL THEN app_coordinator() ELSE agency_id = ANY (app_administrated()) END);
GRANT SELECT, INSERT, UPDATE (number, templates) ON agreement_templates TO tillit_web;
GRANT SELECT ON agreement_templates TO tillit_worker;
