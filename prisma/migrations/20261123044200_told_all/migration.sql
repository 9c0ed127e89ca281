-- Coordinators belong to no agency: what concerns the federation reaches them whatever agencies it names.
CREATE OR REPLACE FUNCTION notice_tell(told_kind text, told_cause text, told_subject text, agencies uuid[], roles text[], not_to uuid, told_at bigint)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  WITH told AS (
    INSERT INTO notice (id, person_id, agency_id, role, kind, cause, subject, at)
    SELECT gen_random_uuid(), chosen.person_id, chosen.agency_id, chosen.role, told_kind, told_cause, told_subject, told_at
    FROM (
      SELECT DISTINCT ON (m.person_id) m.person_id, m.agency_id, m.role
      FROM membership m JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL
      WHERE m.state = 'active' AND m.role = ANY (roles) AND (m.agency_id = ANY (agencies) OR m.role = 'coordinator')
        AND m.person_id IS DISTINCT FROM app_person() AND m.person_id IS DISTINCT FROM not_to
      ORDER BY m.person_id, array_position(roles, m.role), m.agency_id
    ) chosen
    ON CONFLICT (person_id, cause) DO NOTHING RETURNING 1
  ) SELECT count(*) FROM told
$$;

-- A new secret takes the old one's place at once; the old one signs beside it until the receiver has had time to change.
ALTER TABLE webhook ADD COLUMN sealed_before text, ADD COLUMN before_until bigint,
  ADD CONSTRAINT webhook_before_whole CHECK ((sealed_before IS NULL) = (before_until IS NULL));
GRANT SELECT (before_until) ON webhook TO tillit_web;

-- The web may not read a secret, sealed or not: the database moves it.
CREATE FUNCTION webhook_rotate(hook uuid, fresh text, until_at bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  UPDATE webhook SET sealed_before = sealed, before_until = until_at, sealed = fresh
  WHERE id = hook AND agency_id = ANY (app_administrated());
  RETURN FOUND;
END
$$;
REVOKE EXECUTE ON FUNCTION webhook_rotate(uuid, text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION webhook_rotate(uuid, text, bigint) TO tillit_web;
