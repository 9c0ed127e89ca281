-- Organisations that ask to join. Written by strangers, read by coordinators alone.

CREATE TABLE application (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  scheme text NOT NULL,
  identifier text NOT NULL,
  member_class text NOT NULL,
  country text NOT NULL,
  platform text NOT NULL,
  server_names text[] NOT NULL,
  contact_name text NOT NULL,
  contact_email text NOT NULL,
  contact_phone text,
  message text,
  state text NOT NULL CHECK (state IN ('open', 'approved', 'refused')),
  at bigint NOT NULL,
  decided_by uuid,
  decided_at bigint,
  reason text,
  agency_id uuid REFERENCES agency (id) ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE INDEX application_state_at_idx ON application (state, at);

ALTER TABLE application ENABLE ROW LEVEL SECURITY;
ALTER TABLE application FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON application TO tillit_owner USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON application TO tillit_worker USING (true) WITH CHECK (true);
CREATE POLICY web_read ON application FOR SELECT TO tillit_web USING (app_coordinator());
-- A stranger's own transaction writes one that is open, and reads none.
CREATE POLICY web_insert ON application FOR INSERT TO tillit_web WITH CHECK (app_sign_in() AND state = 'open');
CREATE POLICY web_update ON application FOR UPDATE TO tillit_web USING (app_coordinator());

-- What bounds how many may be sent: all since an instant, all that wait, and those of one organisation that wait.
-- Answers numbers only, to a transaction before sign-in.
CREATE FUNCTION app_applications(since bigint, their_scheme text, their_identifier text)
RETURNS TABLE (recent bigint, open bigint, theirs bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT count(*) FILTER (WHERE at > since), count(*) FILTER (WHERE state = 'open'),
    count(*) FILTER (WHERE state = 'open' AND scheme = their_scheme AND identifier = their_identifier)
  FROM application WHERE app_sign_in() AND (state = 'open' OR at > since)
$$;

GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_at, reason, agency_id) ON application TO tillit_web;
-- The worker erases what was refused or has become an agency, when its time has come.
GRANT SELECT, DELETE ON application TO tillit_worker;
