-- What one side asks the other before it decides, and what it thinks by itself. Append-only: where a question stands is
-- what its acts add up to; the newest opinion of each person on each subject counts.

CREATE TABLE question_act (
  id uuid PRIMARY KEY,
  agreement_id uuid NOT NULL REFERENCES agreement (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  -- The question that it is about; its own id where it asks.
  question_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('ask', 'answer', 'withdraw')),
  side text NOT NULL,
  agency_id uuid NOT NULL,
  person_id uuid NOT NULL,
  -- The terms that it is asked about.
  digest text NOT NULL,
  text text CHECK ((kind = 'withdraw') = (text IS NULL)),
  at bigint NOT NULL,
  CHECK ((kind = 'ask') = (question_id = id))
);
CREATE INDEX question_act_agreement_id_at_idx ON question_act (agreement_id, at);

CREATE TABLE opinion (
  id uuid PRIMARY KEY,
  agreement_id uuid NOT NULL REFERENCES agreement (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  agency_id uuid NOT NULL,
  person_id uuid NOT NULL,
  subject text NOT NULL CHECK (subject IN ('data_protection', 'security', 'archive')),
  stance text NOT NULL CHECK (stance IN ('favours', 'remarks', 'objects')),
  digest text NOT NULL,
  text text CHECK (stance = 'favours' OR text IS NOT NULL),
  at bigint NOT NULL
);
CREATE INDEX opinion_agreement_id_at_idx ON opinion (agreement_id, at);

DO $do$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['question_act', 'opinion'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_all ON %I TO tillit_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY worker_all ON %I TO tillit_worker USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
  END LOOP;
END
$do$;

-- Both sides read what is asked; an opinion is its own agency's alone.
CREATE POLICY web_read ON question_act FOR SELECT TO tillit_web USING (app_party(agreement_id));
CREATE POLICY web_insert ON question_act FOR INSERT TO tillit_web
  WITH CHECK (person_id = app_person() AND app_side(agreement_id, agency_id) = side AND agency_id = ANY (app_acting()));
CREATE POLICY web_read ON opinion FOR SELECT TO tillit_web USING (agency_id = ANY (app_agencies()));
CREATE POLICY web_insert ON opinion FOR INSERT TO tillit_web
  WITH CHECK (person_id = app_person() AND app_side(agreement_id, agency_id) IS NOT NULL AND agency_id = ANY (app_agencies()));
GRANT SELECT, INSERT ON question_act, opinion TO tillit_web;
GRANT SELECT ON question_act TO tillit_worker;
