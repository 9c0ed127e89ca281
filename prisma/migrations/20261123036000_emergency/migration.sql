-- An agency's doors shut at once, whatever its agreements say; and exercises of it, which shut none.

CREATE TABLE emergency_stop (
  id uuid PRIMARY KEY,
  agency_id uuid NOT NULL REFERENCES agency (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  scope text NOT NULL CHECK (scope IN ('federation', 'own')),
  exercise boolean NOT NULL,
  reason text NOT NULL,
  started_by uuid NOT NULL,
  started_at bigint NOT NULL,
  confirmed_by uuid CHECK (confirmed_by <> started_by),
  confirmed_at bigint,
  -- Null with `ended_at` set: it lapsed by itself.
  ended_by uuid,
  ended_at bigint,
  end_reason text,
  called_at bigint,
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX emergency_stop_agency_id_ended_at_idx ON emergency_stop (agency_id, ended_at);
-- The same is begun once while it stands.
CREATE UNIQUE INDEX emergency_stop_standing ON emergency_stop (agency_id, scope, exercise) WHERE ended_at IS NULL;

ALTER TABLE emergency_stop ENABLE ROW LEVEL SECURITY;
ALTER TABLE emergency_stop FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON emergency_stop TO tillit_owner USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON emergency_stop TO tillit_worker USING (true) WITH CHECK (true);

-- Whose doors are shut is for those whose doors they are: the agency itself and those it has agreed with.
CREATE FUNCTION app_agreed_now_with(other uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT EXISTS (SELECT FROM agreement_party mine JOIN agreement_party theirs ON theirs.agreement_id = mine.agreement_id
    JOIN agreement g ON g.id = mine.agreement_id
    WHERE mine.agency_id = ANY (app_agencies()) AND theirs.agency_id = other AND g.stage = 'agreed')
$$;

CREATE POLICY web_read ON emergency_stop FOR SELECT TO tillit_web
  USING (app_coordinator() OR agency_id = ANY (app_agencies()) OR app_agreed_now_with(agency_id));
CREATE POLICY web_insert ON emergency_stop FOR INSERT TO tillit_web
  WITH CHECK (started_by = app_person() AND confirmed_by IS NULL AND ended_at IS NULL
    AND ((scope = 'federation' AND app_coordinator()) OR (scope = 'own' AND agency_id = ANY (app_acting()))));
CREATE POLICY web_update ON emergency_stop FOR UPDATE TO tillit_web
  USING ((scope = 'federation' AND app_coordinator()) OR (scope = 'own' AND agency_id = ANY (app_acting())));

-- What a stop of that agency concerns: for each server of its agreements, with how many of them, and whether the last
-- list signed for it still names one. Only for who may stop it: a coordinator reads no agreement's servers otherwise.
CREATE FUNCTION emergency_reach(stopped uuid) RETURNS TABLE (homeserver_id uuid, agreements bigint, listed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH concerned AS (
    SELECT g.id, (SELECT max(v.number) FROM agreement_version v WHERE v.agreement_id = g.id) AS number
    FROM agreement g JOIN agreement_party p ON p.agreement_id = g.id
    WHERE p.agency_id = stopped AND g.stage = 'agreed' AND (app_coordinator() OR stopped = ANY (app_acting()))
  )
  SELECT s.homeserver_id, count(DISTINCT c.id), EXISTS (
    SELECT FROM list_head h JOIN signed_document d ON d.homeserver_id = h.homeserver_id AND d.kind = 'list'
        AND d.epoch = h.epoch AND d.version = h.version,
      jsonb_array_elements(d.bytes::jsonb->'allow') e, jsonb_array_elements(e->'reasons') r
    WHERE h.homeserver_id = s.homeserver_id AND r->>'id' IN (SELECT 'agr_' || id FROM concerned))
  FROM concerned c JOIN agreement_server s ON s.agreement_id = c.id AND s.number = c.number
  GROUP BY s.homeserver_id
$$;
REVOKE EXECUTE ON FUNCTION emergency_reach(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION emergency_reach(uuid) TO tillit_web;

GRANT SELECT, INSERT, UPDATE (confirmed_by, confirmed_at, ended_by, ended_at, end_reason, version) ON emergency_stop TO tillit_web;
GRANT SELECT, UPDATE (ended_at, called_at, version) ON emergency_stop TO tillit_worker;
