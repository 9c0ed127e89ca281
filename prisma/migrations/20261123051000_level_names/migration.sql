-- What an agency calls each level of the federation's scale. Every member reads it: a request names both sides' words.
CREATE TABLE agency_level_names (
  agency_id uuid PRIMARY KEY REFERENCES agency (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  number integer NOT NULL CHECK (number > 0),
  -- One for each level from 0 up; empty where the agency has no word of its own.
  names text[] NOT NULL CHECK (cardinality(names) = 4)
);
ALTER TABLE agency_level_names ENABLE ROW LEVEL SECURITY;
ALTER TABLE agency_level_names FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON agency_level_names TO tillit_owner USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON agency_level_names TO tillit_worker USING (true) WITH CHECK (true);
CREATE POLICY web_read ON agency_level_names FOR SELECT TO tillit_web USING (app_known());
CREATE POLICY web_insert ON agency_level_names FOR INSERT TO tillit_web WITH CHECK (agency_id = ANY (app_administrated()));
CREATE POLICY web_update ON agency_level_names FOR UPDATE TO tillit_web
  USING (agency_id = ANY (app_administrated())) WITH CHECK (agency_id = ANY (app_administrated()));
GRANT SELECT, INSERT, UPDATE (number, names) ON agency_level_names TO tillit_web;
GRANT SELECT ON agency_level_names TO tillit_worker;
