-- Circles and task forces: agencies that consent once, each to the same terms, and are then reasons for each other in
-- pairs. What a pair stands on is an agreement like any other, made by the worker out of both sides' recorded consents.

CREATE TABLE trust_group (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('circle', 'task_force')),
  name text NOT NULL,
  -- Canonical JSON; the digest is over exactly these bytes.
  document text NOT NULL,
  digest text NOT NULL,
  -- Null where a coordinator drafted it.
  maker_agency uuid REFERENCES agency (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  created_by uuid NOT NULL,
  created_at bigint NOT NULL,
  -- When the worker is next to look; null where only an act can change anything.
  settle_at bigint DEFAULT 0,
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX trust_group_settle_at_idx ON trust_group (settle_at);
CREATE INDEX trust_group_created_at_id_idx ON trust_group (created_at, id);

CREATE TABLE trust_group_member (
  group_id uuid NOT NULL REFERENCES trust_group (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  agency_id uuid NOT NULL REFERENCES agency (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  approvers_required integer NOT NULL CHECK (approvers_required IN (1, 2)),
  -- The member as its terms name it.
  servers text[] NOT NULL,
  digest text NOT NULL,
  -- A newcomer's own document; null for a founder, whose terms are the group's.
  document text,
  since bigint NOT NULL,
  enters_at bigint,
  PRIMARY KEY (group_id, agency_id)
);
CREATE INDEX trust_group_member_agency_id_idx ON trust_group_member (agency_id);

CREATE TABLE trust_group_act (
  id uuid PRIMARY KEY,
  group_id uuid NOT NULL REFERENCES trust_group (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  kind text NOT NULL CHECK (kind IN ('propose', 'request', 'consent', 'decline', 'admit', 'except', 'leave', 'end')),
  -- Null where a coordinator acted.
  agency_id uuid,
  about_id uuid,
  person_id uuid NOT NULL,
  digest text NOT NULL,
  ceiling integer CHECK (ceiling BETWEEN 0 AND 3),
  diarienummer text,
  reason text,
  at bigint NOT NULL
);
CREATE INDEX trust_group_act_group_id_at_idx ON trust_group_act (group_id, at);

-- Which agreement a pair of members stands on. Made once: what was ended is opened again by an agreement of the two.
CREATE TABLE trust_group_pair (
  group_id uuid NOT NULL REFERENCES trust_group (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  a_id uuid NOT NULL,
  b_id uuid NOT NULL,
  agreement_id uuid NOT NULL UNIQUE REFERENCES agreement (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  PRIMARY KEY (group_id, a_id, b_id)
);

DO $do$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['trust_group', 'trust_group_member', 'trust_group_act', 'trust_group_pair'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_all ON %I TO tillit_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY worker_all ON %I TO tillit_worker USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$do$;

CREATE FUNCTION app_group_member(grp uuid, among uuid[]) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT FROM trust_group_member m WHERE m.group_id = grp AND m.agency_id = ANY (among)) $$;
CREATE FUNCTION app_group_empty(grp uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT NOT EXISTS (SELECT FROM trust_group_member m WHERE m.group_id = grp) $$;
CREATE FUNCTION app_group_maker(grp uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT g.maker_agency FROM trust_group g WHERE g.id = grp $$;

CREATE POLICY web_read ON trust_group FOR SELECT TO tillit_web
  USING (app_coordinator() OR created_by = app_person() OR app_group_member(id, app_agencies()));
CREATE POLICY web_insert ON trust_group FOR INSERT TO tillit_web
  WITH CHECK (created_by = app_person() AND CASE WHEN maker_agency IS NULL THEN app_coordinator() ELSE maker_agency = ANY (app_acting()) END);
CREATE POLICY web_update ON trust_group FOR UPDATE TO tillit_web
  USING (app_coordinator() OR app_group_member(id, app_acting()));

CREATE POLICY web_read ON trust_group_member FOR SELECT TO tillit_web
  USING (app_coordinator() OR app_group_member(group_id, app_agencies()));
-- The founders with the group itself; after that a newcomer, by whoever may propose one.
CREATE POLICY web_insert ON trust_group_member FOR INSERT TO tillit_web
  WITH CHECK (CASE WHEN document IS NULL THEN app_group_empty(group_id) AND (app_coordinator() OR cardinality(app_acting()) > 0)
    ELSE app_coordinator() OR app_group_member(group_id, app_acting()) END);

CREATE POLICY web_read ON trust_group_act FOR SELECT TO tillit_web
  USING (app_coordinator() OR app_group_member(group_id, app_agencies()));
-- In one's own name, for one's own agency: administrators ask and propose, approvers decide.
CREATE POLICY web_insert ON trust_group_act FOR INSERT TO tillit_web
  WITH CHECK (person_id = app_person() AND CASE
    WHEN agency_id IS NULL THEN app_coordinator() AND kind IN ('propose', 'end')
    WHEN kind = 'end' THEN agency_id = app_group_maker(group_id) AND agency_id = ANY (app_approved())
    ELSE app_group_member(group_id, ARRAY[agency_id])
      AND (agency_id = ANY (app_approved()) OR (kind IN ('request', 'propose') AND agency_id = ANY (app_acting()))) END);

CREATE POLICY web_read ON trust_group_pair FOR SELECT TO tillit_web
  USING (a_id = ANY (app_agencies()) OR b_id = ANY (app_agencies()));

GRANT SELECT, INSERT, UPDATE (settle_at, version) ON trust_group TO tillit_web;
GRANT SELECT, INSERT ON trust_group_member, trust_group_act TO tillit_web;
GRANT SELECT ON trust_group_pair TO tillit_web;
GRANT SELECT ON trust_group_member, trust_group_act TO tillit_worker;
GRANT SELECT, UPDATE (settle_at) ON trust_group TO tillit_worker;
GRANT SELECT, INSERT ON trust_group_pair TO tillit_worker;
GRANT INSERT ON agreement, agreement_party, agreement_version, agreement_server TO tillit_worker;

DO $do$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['trust_group_member', 'trust_group_act', 'trust_group_pair'] LOOP
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
  END LOOP;
END
$do$;
