-- What no agreement in the federation may undercut, version by version, and who may be neither registered nor agreed with.

CREATE TABLE minimum_rules (
  number integer PRIMARY KEY CHECK (number > 0),
  clauses jsonb NOT NULL,
  person_id uuid NOT NULL,
  at bigint NOT NULL
);

CREATE TABLE barred (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('identifier', 'server_name')),
  -- scheme:identifier, or a server name in lower case, which bars every name below it too.
  value text NOT NULL,
  reason text NOT NULL,
  person_id uuid NOT NULL,
  at bigint NOT NULL,
  lifted_by uuid,
  lifted_at bigint
);
CREATE UNIQUE INDEX barred_kind_value_key ON barred (kind, value) WHERE lifted_at IS NULL;

DO $do$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['minimum_rules', 'barred'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_all ON %I TO tillit_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY worker_all ON %I TO tillit_worker USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$do$;

CREATE POLICY web_read ON minimum_rules FOR SELECT TO tillit_web USING (app_known());
CREATE POLICY web_insert ON minimum_rules FOR INSERT TO tillit_web
  WITH CHECK (app_coordinator() AND person_id = app_person());
CREATE POLICY web_read ON barred FOR SELECT TO tillit_web USING (app_coordinator());
CREATE POLICY web_insert ON barred FOR INSERT TO tillit_web
  WITH CHECK (app_coordinator() AND person_id = app_person() AND lifted_at IS NULL);
CREATE POLICY web_update ON barred FOR UPDATE TO tillit_web USING (app_coordinator())
  WITH CHECK (app_coordinator() AND lifted_by = app_person());

-- Whoever acts is told of those that they name, and of no other.
CREATE FUNCTION app_barred(identifiers text[], names text[])
RETURNS TABLE (kind text, value text, reason text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT b.kind, b.value, b.reason FROM barred b
  WHERE b.lifted_at IS NULL
    AND ((b.kind = 'identifier' AND b.value = ANY (identifiers)) OR (b.kind = 'server_name' AND b.value = ANY (names)))
  ORDER BY b.kind, b.value
$$;

GRANT SELECT, INSERT ON minimum_rules TO tillit_web;
GRANT SELECT, INSERT, UPDATE (lifted_by, lifted_at) ON barred TO tillit_web;
GRANT SELECT ON minimum_rules, barred TO tillit_worker;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON minimum_rules FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON minimum_rules FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
