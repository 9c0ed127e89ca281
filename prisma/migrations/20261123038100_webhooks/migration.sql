-- Where an agency's own systems are told, and each delivery. The web seals the secret to the worker and has no right to
-- read it again.

CREATE TABLE webhook (
  id uuid PRIMARY KEY,
  agency_id uuid NOT NULL REFERENCES agency (id) ON DELETE CASCADE ON UPDATE CASCADE,
  url text NOT NULL,
  kinds text[] NOT NULL CHECK (cardinality(kinds) > 0),
  sealed text NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  -- Why the worker switched it off: the receiver said that it is gone.
  off_code text,
  created_by uuid NOT NULL,
  created_at bigint NOT NULL
);
CREATE INDEX webhook_agency_id_idx ON webhook (agency_id);

CREATE TABLE webhook_delivery (
  id uuid PRIMARY KEY,
  webhook_id uuid NOT NULL REFERENCES webhook (id) ON DELETE CASCADE ON UPDATE CASCADE,
  -- What the receiver knows it by: the same for each attempt and each replay.
  message_id text NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  -- One for each cause; a replay's cause is its own.
  cause text NOT NULL,
  at bigint NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'given_up')),
  attempts integer NOT NULL DEFAULT 0,
  next_at bigint NOT NULL DEFAULT 0,
  last_at bigint,
  last_status integer,
  last_code text
);
CREATE UNIQUE INDEX webhook_delivery_webhook_id_cause_key ON webhook_delivery (webhook_id, cause);
CREATE INDEX webhook_delivery_webhook_id_at_id_idx ON webhook_delivery (webhook_id, at, id);
CREATE INDEX webhook_delivery_state_next_at_idx ON webhook_delivery (state, next_at);

DO $do$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['webhook', 'webhook_delivery'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_all ON %I TO tillit_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY worker_all ON %I TO tillit_worker USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$do$;

CREATE FUNCTION app_webhook_agency(webhook uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT w.agency_id FROM webhook w WHERE w.id = webhook $$;

CREATE POLICY web_read ON webhook FOR SELECT TO tillit_web USING (agency_id = ANY (app_agencies()));
CREATE POLICY web_insert ON webhook FOR INSERT TO tillit_web
  WITH CHECK (agency_id = ANY (app_administrated()) AND created_by = app_person());
CREATE POLICY web_update ON webhook FOR UPDATE TO tillit_web USING (agency_id = ANY (app_administrated()));
CREATE POLICY web_delete ON webhook FOR DELETE TO tillit_web USING (agency_id = ANY (app_administrated()));
CREATE POLICY web_read ON webhook_delivery FOR SELECT TO tillit_web USING (app_webhook_agency(webhook_id) = ANY (app_agencies()));
-- Only what is still to be sent: what came of it is the worker's to write.
CREATE POLICY web_insert ON webhook_delivery FOR INSERT TO tillit_web
  WITH CHECK (app_webhook_agency(webhook_id) = ANY (app_administrated()) AND state = 'waiting' AND attempts = 0);

-- The same telling reaches people and systems.
CREATE FUNCTION webhook_tell(told_kind text, told_cause text, told_subject text, agencies uuid[], told_at bigint)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  WITH told AS (
    INSERT INTO webhook_delivery (id, webhook_id, message_id, kind, subject, cause, at)
    SELECT made.id, made.webhook_id, 'msg_' || replace(made.id::text, '-', ''), told_kind, told_subject, told_cause, told_at
    FROM (SELECT gen_random_uuid() AS id, w.id AS webhook_id FROM webhook w
          WHERE w.enabled AND w.agency_id = ANY (agencies) AND told_kind = ANY (w.kinds)) made
    ON CONFLICT (webhook_id, cause) DO NOTHING RETURNING 1
  ) SELECT count(*) FROM told
$$;
REVOKE EXECUTE ON FUNCTION webhook_tell(text, text, text, uuid[], bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION webhook_tell(text, text, text, uuid[], bigint) TO tillit_web, tillit_worker;

GRANT SELECT (id, agency_id, url, kinds, enabled, off_code, created_by, created_at) ON webhook TO tillit_web;
GRANT INSERT, DELETE, UPDATE (enabled, off_code) ON webhook TO tillit_web;
GRANT SELECT, INSERT ON webhook_delivery TO tillit_web;
GRANT SELECT, UPDATE (enabled, off_code) ON webhook TO tillit_worker;
GRANT SELECT, UPDATE, DELETE ON webhook_delivery TO tillit_worker;
