-- What people are told, why, and whether it was mailed; and how each has chosen to be told.

CREATE TABLE notice (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES person (id) ON DELETE CASCADE ON UPDATE CASCADE,
  -- For which agency, and by which role there: why they got it.
  agency_id uuid REFERENCES agency (id) ON DELETE CASCADE ON UPDATE CASCADE,
  role text NOT NULL,
  kind text NOT NULL,
  cause text NOT NULL,
  subject text NOT NULL,
  at bigint NOT NULL,
  read_at bigint,
  -- That somebody has acted since: nothing waits here any more.
  settled_at bigint,
  settled_by uuid,
  -- Null while it is still to be mailed.
  mail text CHECK (mail IN ('sent', 'never', 'given_up')),
  mailed_at bigint,
  mail_attempts integer NOT NULL DEFAULT 0,
  mail_next_at bigint NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX notice_person_id_cause_key ON notice (person_id, cause);
CREATE INDEX notice_person_id_at_id_idx ON notice (person_id, at, id);
CREATE INDEX notice_subject_idx ON notice (subject);
CREATE INDEX notice_mail_mail_next_at_idx ON notice (mail, mail_next_at);

CREATE TABLE notice_choice (
  person_id uuid PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE ON UPDATE CASCADE,
  digest_hour integer NOT NULL CHECK (digest_hour BETWEEN 4 AND 22),
  how jsonb NOT NULL
);

DO $do$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['notice', 'notice_choice'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_all ON %I TO tillit_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY worker_all ON %I TO tillit_worker USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$do$;

CREATE POLICY web_read ON notice FOR SELECT TO tillit_web USING (person_id = app_person());
CREATE POLICY web_update ON notice FOR UPDATE TO tillit_web USING (person_id = app_person());
CREATE POLICY web_all ON notice_choice TO tillit_web USING (person_id = app_person()) WITH CHECK (person_id = app_person());

-- The one way in. Who holds which role in another agency is not the actor's to read, so the database finds them; it
-- answers only how many were told. Nobody is told of their own act.
CREATE FUNCTION notice_tell(told_kind text, told_cause text, told_subject text, agencies uuid[], roles text[], not_to uuid, told_at bigint)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  WITH told AS (
    INSERT INTO notice (id, person_id, agency_id, role, kind, cause, subject, at)
    SELECT gen_random_uuid(), chosen.person_id, chosen.agency_id, chosen.role, told_kind, told_cause, told_subject, told_at
    FROM (
      SELECT DISTINCT ON (m.person_id) m.person_id, m.agency_id, m.role
      FROM membership m JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL
      WHERE m.state = 'active' AND m.role = ANY (roles) AND m.agency_id = ANY (agencies)
        AND m.person_id IS DISTINCT FROM app_person() AND m.person_id IS DISTINCT FROM not_to
      ORDER BY m.person_id, array_position(roles, m.role), m.agency_id
    ) chosen
    ON CONFLICT (person_id, cause) DO NOTHING RETURNING 1
  ) SELECT count(*) FROM told
$$;

CREATE FUNCTION notice_settle(told_kinds text[], told_subject text, still_for uuid[], now_at bigint)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  WITH settled AS (
    UPDATE notice SET settled_at = now_at, settled_by = app_person()
    WHERE subject = told_subject AND kind = ANY (told_kinds) AND settled_at IS NULL
      AND (agency_id IS NULL OR NOT agency_id = ANY (still_for))
    RETURNING 1
  ) SELECT count(*) FROM settled
$$;

-- Addresses are read one need at a time: only of people for whom a mail is still to be sent.
CREATE FUNCTION notice_address(people uuid[]) RETURNS TABLE (person_id uuid, email text, locale text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT p.id, n.email, p.locale FROM person p JOIN person_name n ON n.person_id = p.id
  WHERE p.id = ANY (people) AND p.disabled_at IS NULL AND n.email IS NOT NULL
    AND EXISTS (SELECT FROM notice w WHERE w.person_id = p.id AND w.mail IS NULL)
$$;

REVOKE EXECUTE ON FUNCTION notice_tell(text, text, text, uuid[], text[], uuid, bigint) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION notice_settle(text[], text, uuid[], bigint) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION notice_address(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notice_tell(text, text, text, uuid[], text[], uuid, bigint) TO tillit_web, tillit_worker;
GRANT EXECUTE ON FUNCTION notice_settle(text[], text, uuid[], bigint) TO tillit_web, tillit_worker;
GRANT EXECUTE ON FUNCTION notice_address(uuid[]) TO tillit_worker;

GRANT SELECT, UPDATE (read_at) ON notice TO tillit_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON notice_choice TO tillit_web;
GRANT SELECT, UPDATE ON notice TO tillit_worker;
GRANT SELECT ON notice_choice TO tillit_worker;
