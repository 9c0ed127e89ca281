-- What a server was found to do otherwise than its list says, and what it does when its list grows stale.

ALTER TABLE homeserver ADD COLUMN on_stale text NOT NULL DEFAULT 'keep' CHECK (on_stale IN ('keep', 'shut'));

CREATE TABLE drift (
  id uuid PRIMARY KEY,
  homeserver_id uuid NOT NULL REFERENCES homeserver (id) ON DELETE CASCADE ON UPDATE CASCADE,
  server_name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('extra', 'shut_locally', 'denied_locally')),
  found_at bigint NOT NULL,
  ended_at bigint,
  ending text CHECK (ending IN ('removed', 'put_back', 'returned', 'not_wanted')),
  CHECK ((ended_at IS NULL) = (ending IS NULL))
);
CREATE INDEX drift_homeserver_id_found_at_idx ON drift (homeserver_id, found_at);
-- One open finding a name: a second round that sees the same finds the row there.
CREATE UNIQUE INDEX drift_open ON drift (homeserver_id, kind, server_name) WHERE ended_at IS NULL;

ALTER TABLE drift ENABLE ROW LEVEL SECURITY;
ALTER TABLE drift FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON drift TO tillit_owner USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON drift TO tillit_worker USING (true) WITH CHECK (true);
-- Whom a server lets in is for its own agencies and its operator.
CREATE POLICY web_read ON drift FOR SELECT TO tillit_web USING (app_serves(homeserver_id));
GRANT SELECT ON drift TO tillit_web;
GRANT SELECT, INSERT, UPDATE ON drift TO tillit_worker;
