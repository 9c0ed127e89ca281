-- What a membership asks of its people over the years: that somebody looks again, and that those who hold roles come by.

-- Append-only: a named person has looked through an agency's contacts, people or agreements, and they are right.
CREATE TABLE agency_review (
  id uuid PRIMARY KEY,
  agency_id uuid NOT NULL REFERENCES agency (id) ON DELETE CASCADE ON UPDATE CASCADE,
  kind text NOT NULL CHECK (kind IN ('contacts', 'people', 'agreements')),
  person_id uuid NOT NULL,
  at bigint NOT NULL
);
CREATE INDEX agency_review_agency_id_kind_at_idx ON agency_review (agency_id, kind, at);

-- When a person last began a session. Kept by the database, so that no way in forgets it.
CREATE TABLE person_seen (
  person_id uuid PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE ON UPDATE CASCADE,
  at bigint NOT NULL
);
CREATE FUNCTION person_seen_now() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  INSERT INTO person_seen (person_id, at) VALUES (NEW.person_id, NEW.created_at)
  ON CONFLICT (person_id) DO UPDATE SET at = greatest(person_seen.at, excluded.at);
  RETURN NEW;
END $$;
CREATE TRIGGER person_seen_now AFTER INSERT ON session FOR EACH ROW EXECUTE FUNCTION person_seen_now();
INSERT INTO person_seen (person_id, at)
SELECT p.id, max(a.at) FROM person p JOIN audit a ON a.actor = p.pseudonym AND a.kind = 'person.signed_in' GROUP BY p.id;

-- The certificate seen under a server's own name when its token was looked for.
ALTER TABLE name_proof ADD COLUMN certificate_until bigint;

DO $do$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['agency_review', 'person_seen'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_all ON %I TO tillit_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY worker_all ON %I TO tillit_worker USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$do$;

CREATE FUNCTION app_administers(person uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT FROM membership m WHERE m.person_id = person AND m.agency_id = ANY (app_administrated())) $$;

CREATE POLICY web_read ON agency_review FOR SELECT TO tillit_web USING (app_coordinator() OR agency_id = ANY (app_agencies()));
CREATE POLICY web_insert ON agency_review FOR INSERT TO tillit_web
  WITH CHECK (agency_id = ANY (app_acting()) AND person_id = app_person());
CREATE POLICY web_read ON person_seen FOR SELECT TO tillit_web
  USING (app_coordinator() OR person_id = app_person() OR app_administers(person_id));

GRANT SELECT, INSERT ON agency_review TO tillit_web;
GRANT SELECT ON person_seen TO tillit_web;
GRANT SELECT ON agency_review, person_seen TO tillit_worker;
