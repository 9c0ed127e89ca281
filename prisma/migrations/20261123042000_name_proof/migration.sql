-- Whether whoever added a server commands its name: a token that is published under the name, looked for again for ever.

CREATE TABLE name_proof (
  homeserver_id uuid PRIMARY KEY REFERENCES homeserver (id) ON DELETE CASCADE ON UPDATE CASCADE,
  token text NOT NULL,
  state text NOT NULL DEFAULT 'missing' CHECK (state IN ('missing', 'proven', 'lost')),
  -- Where the token was found.
  found text CHECK (found IN ('well_known', 'dns')),
  -- Why it was not found when last looked for.
  code text,
  since bigint NOT NULL,
  checked_at bigint,
  proven_at bigint,
  failing_since bigint,
  -- When the worker looks again; sooner where a person has asked since it looked.
  next_at bigint NOT NULL DEFAULT 0,
  asked_at bigint
);
CREATE INDEX name_proof_next_at_idx ON name_proof (next_at);

-- Every server has one from the moment it is there, however it came; another name must be proven anew.
CREATE FUNCTION name_proof_begin() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  INSERT INTO name_proof (homeserver_id, token, since)
  VALUES (NEW.id, 'tillit-' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), NEW.created_at);
  RETURN NEW;
END $$;
CREATE TRIGGER name_proof_begin AFTER INSERT ON homeserver FOR EACH ROW EXECUTE FUNCTION name_proof_begin();

CREATE FUNCTION name_proof_again() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  UPDATE name_proof SET state = 'missing', found = NULL, code = NULL, checked_at = NULL, proven_at = NULL, failing_since = NULL, next_at = 0
  WHERE homeserver_id = NEW.id;
  RETURN NEW;
END $$;
CREATE TRIGGER name_proof_again AFTER UPDATE OF server_name ON homeserver
  FOR EACH ROW WHEN (OLD.server_name <> NEW.server_name) EXECUTE FUNCTION name_proof_again();

INSERT INTO name_proof (homeserver_id, token, since)
SELECT id, 'tillit-' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), created_at FROM homeserver;

ALTER TABLE name_proof ENABLE ROW LEVEL SECURITY;
ALTER TABLE name_proof FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON name_proof TO tillit_owner USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON name_proof TO tillit_worker USING (true) WITH CHECK (true);
CREATE POLICY web_read ON name_proof FOR SELECT TO tillit_web USING (app_coordinator() OR app_serves(homeserver_id));
CREATE POLICY web_update ON name_proof FOR UPDATE TO tillit_web USING (app_coordinator() OR app_manages(homeserver_id));

GRANT SELECT, UPDATE (asked_at) ON name_proof TO tillit_web;
GRANT SELECT, UPDATE ON name_proof TO tillit_worker;
