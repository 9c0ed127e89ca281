-- Who may do what, said a second time: the operations decide finely, these rules hold alone if they fail.
-- Roles are made beforehand (lib/data/roles.ts). The owner runs migrations and nothing else; web and worker own nothing.

-- ── Who acts ────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Set for each transaction by lib/data/transaction.ts. Unset means nobody: every rule below then answers no.

CREATE FUNCTION app_person() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.person_id', true), '')::uuid $$;

CREATE FUNCTION app_pseudonym() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.pseudonym', true), '')::uuid $$;

CREATE FUNCTION app_agencies() RETURNS uuid[] LANGUAGE sql STABLE AS
$$ SELECT coalesce(string_to_array(nullif(current_setting('app.agency_ids', true), ''), ',')::uuid[], '{}') $$;

-- The agencies in which the person may act, and not only read: an auditor may not.
CREATE FUNCTION app_acting() RETURNS uuid[] LANGUAGE sql STABLE AS
$$ SELECT coalesce(string_to_array(nullif(current_setting('app.acting_ids', true), ''), ',')::uuid[], '{}') $$;

-- The agencies whose people and roles the person may change.
CREATE FUNCTION app_administrated() RETURNS uuid[] LANGUAGE sql STABLE AS
$$ SELECT coalesce(string_to_array(nullif(current_setting('app.administrator_ids', true), ''), ',')::uuid[], '{}') $$;

-- The agencies for which the person may decide.
CREATE FUNCTION app_approved() RETURNS uuid[] LANGUAGE sql STABLE AS
$$ SELECT coalesce(string_to_array(nullif(current_setting('app.approver_ids', true), ''), ',')::uuid[], '{}') $$;

CREATE FUNCTION app_operators() RETURNS uuid[] LANGUAGE sql STABLE AS
$$ SELECT coalesce(string_to_array(nullif(current_setting('app.operator_ids', true), ''), ',')::uuid[], '{}') $$;

CREATE FUNCTION app_coordinator() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce(current_setting('app.federation_role', true), '') = 'coordinator' AND app_person() IS NOT NULL $$;

-- Finding out who somebody is, before there is anybody: sessions, links, invitations.
CREATE FUNCTION app_sign_in() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce(current_setting('app.sign_in', true), '') = 'on' $$;

-- Somebody with a place here: whoever has signed in but holds no role is shown nothing.
CREATE FUNCTION app_known() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT app_sign_in() OR (app_person() IS NOT NULL
     AND (cardinality(app_agencies()) > 0 OR cardinality(app_operators()) > 0 OR app_coordinator())) $$;

-- These look past row-level security on purpose, and answer only yes or no: policies that read each other's tables
-- would otherwise never end.
CREATE FUNCTION app_party(agreement uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT FROM agreement_party p WHERE p.agreement_id = agreement AND p.agency_id = ANY (app_agencies())) $$;

-- A party that may act, and not only read.
CREATE FUNCTION app_acting_party(agreement uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT FROM agreement_party p WHERE p.agreement_id = agreement AND p.agency_id = ANY (app_acting())) $$;

CREATE FUNCTION app_side(agreement uuid, agency uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT p.side FROM agreement_party p WHERE p.agreement_id = agreement AND p.agency_id = agency $$;

CREATE FUNCTION app_without_parties(agreement uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT NOT EXISTS (SELECT FROM agreement_party p WHERE p.agreement_id = agreement) $$;

CREATE FUNCTION app_serves(server uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT FROM homeserver_agency s WHERE s.homeserver_id = server AND s.agency_id = ANY (app_agencies()))
       OR EXISTS (SELECT FROM homeserver h WHERE h.id = server AND h.operator_id = ANY (app_operators())) $$;

CREATE FUNCTION app_manages(server uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT FROM homeserver_agency s WHERE s.homeserver_id = server AND s.agency_id = ANY (app_acting())) $$;

CREATE FUNCTION app_decides_for(server uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT EXISTS (SELECT FROM homeserver_agency s WHERE s.homeserver_id = server AND s.agency_id = ANY (app_approved())) $$;

-- Set-up is open until somebody coordinates.
CREATE FUNCTION app_setting_up() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT app_sign_in() AND NOT EXISTS (SELECT FROM membership m WHERE m.role = 'coordinator' AND m.state = 'active') $$;

CREATE FUNCTION app_unclaimed(server uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT NOT EXISTS (SELECT FROM homeserver_agency s WHERE s.homeserver_id = server) $$;

-- ── Tables: forced row-level security everywhere, the owner included ────────────────────────────────────────────────

DO $do$
DECLARE name text;
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    -- Forced security would make the owner's own migrations silent no-ops.
    EXECUTE format('CREATE POLICY owner_all ON %I TO tillit_owner USING (true) WITH CHECK (true)', name);
    -- The worker belongs to no agency; what it may do is said by its grants.
    EXECUTE format('CREATE POLICY worker_all ON %I TO tillit_worker USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$do$;

-- Members and their servers: known to everyone who is signed in; written by their own and by coordinators.
DO $do$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['federation', 'agency', 'agency_contact', 'operator', 'homeserver', 'homeserver_agency',
                              'homeserver_key', 'discovery_step', 'list_head', 'worker_heartbeat'] LOOP
    EXECUTE format('CREATE POLICY web_read ON %I FOR SELECT TO tillit_web USING (app_known())', name);
  END LOOP;
END
$do$;
-- A probe of health asks before anybody is known.
CREATE POLICY web_health ON worker_heartbeat FOR SELECT TO tillit_web USING (true);

CREATE POLICY web_insert ON federation FOR INSERT TO tillit_web WITH CHECK (app_setting_up());
CREATE POLICY web_update ON federation FOR UPDATE TO tillit_web USING (app_coordinator() OR app_setting_up());

CREATE POLICY web_insert ON agency FOR INSERT TO tillit_web WITH CHECK (app_coordinator() OR app_setting_up());
CREATE POLICY web_update ON agency FOR UPDATE TO tillit_web USING (app_coordinator() OR id = ANY (app_acting()));

CREATE POLICY web_write ON agency_contact TO tillit_web
  USING (app_coordinator() OR agency_id = ANY (app_acting()))
  WITH CHECK (app_coordinator() OR app_setting_up() OR agency_id = ANY (app_acting()));

CREATE POLICY web_write ON operator TO tillit_web USING (app_coordinator()) WITH CHECK (app_coordinator());

CREATE POLICY web_insert ON homeserver FOR INSERT TO tillit_web
  WITH CHECK (app_coordinator() OR cardinality(app_acting()) > 0);
CREATE POLICY web_update ON homeserver FOR UPDATE TO tillit_web USING (app_coordinator() OR app_manages(id));
-- Nobody puts their agency on a server that already serves another: what is known of it would be theirs to read.
CREATE POLICY web_insert ON homeserver_agency FOR INSERT TO tillit_web
  WITH CHECK (app_coordinator() OR (agency_id = ANY (app_acting()) AND (app_manages(homeserver_id) OR app_unclaimed(homeserver_id))));
-- Pinned keys are what partners recognise a server by.
CREATE POLICY web_write ON homeserver_key TO tillit_web
  USING (app_decides_for(homeserver_id)) WITH CHECK (app_decides_for(homeserver_id));

CREATE POLICY web_read ON enforcement_point FOR SELECT TO tillit_web
  USING (app_coordinator() OR agency_id = ANY (app_agencies()) OR app_serves(homeserver_id));
CREATE POLICY web_write ON enforcement_point TO tillit_web
  USING (app_coordinator() OR app_manages(homeserver_id))
  WITH CHECK (app_coordinator() OR (agency_id = ANY (app_acting()) AND app_manages(homeserver_id)));

CREATE POLICY web_read ON change_proposal FOR SELECT TO tillit_web
  USING (app_coordinator() OR agency_id = ANY (app_agencies()));
CREATE POLICY web_insert ON change_proposal FOR INSERT TO tillit_web
  WITH CHECK (state = 'open' AND (app_coordinator() OR agency_id = ANY (app_acting())));
-- What an active agency's partners rely on changes by the word of its own approver.
CREATE POLICY web_update ON change_proposal FOR UPDATE TO tillit_web USING (agency_id = ANY (app_approved()));

-- Agreements: that one exists, and its stage, is for its parties and the coordinators; what it says is for its parties.
-- A row without parties is one that this transaction is just making.
CREATE POLICY web_read ON agreement FOR SELECT TO tillit_web
  USING (app_coordinator() OR app_party(id) OR (app_person() IS NOT NULL AND app_without_parties(id)));
CREATE POLICY web_insert ON agreement FOR INSERT TO tillit_web WITH CHECK (cardinality(app_acting()) > 0);
CREATE POLICY web_update ON agreement FOR UPDATE TO tillit_web USING (app_acting_party(id));

CREATE POLICY web_read ON agreement_party FOR SELECT TO tillit_web USING (app_coordinator() OR app_party(agreement_id));
-- Nobody adds themselves to an agreement that others already made.
CREATE POLICY web_insert ON agreement_party FOR INSERT TO tillit_web
  WITH CHECK (cardinality(app_acting()) > 0 AND app_without_parties(agreement_id));

CREATE POLICY web_read ON agreement_version FOR SELECT TO tillit_web USING (app_party(agreement_id));
CREATE POLICY web_insert ON agreement_version FOR INSERT TO tillit_web WITH CHECK (app_acting_party(agreement_id));
CREATE POLICY web_read ON agreement_server FOR SELECT TO tillit_web USING (app_party(agreement_id));
CREATE POLICY web_insert ON agreement_server FOR INSERT TO tillit_web WITH CHECK (app_acting_party(agreement_id));
CREATE POLICY web_read ON decision FOR SELECT TO tillit_web USING (app_party(agreement_id));
-- In one's own name, for one's own agency, on its side; administrators ask and withdraw, approvers decide.
CREATE POLICY web_insert ON decision FOR INSERT TO tillit_web
  WITH CHECK (person_id = app_person() AND app_side(agreement_id, agency_id) = side
    AND (agency_id = ANY (app_approved()) OR (kind IN ('request', 'withdraw') AND agency_id = ANY (app_acting()))));

-- What the worker saw and signed.
CREATE POLICY web_read ON evidence FOR SELECT TO tillit_web
  USING (app_serves(from_server_id) OR app_serves(to_server_id));
CREATE POLICY web_read ON signed_document FOR SELECT TO tillit_web
  USING ((homeserver_id IS NULL AND app_known()) OR app_serves(homeserver_id));
CREATE POLICY web_read ON list_plan FOR SELECT TO tillit_web USING (app_serves(homeserver_id));
CREATE POLICY web_read ON list_release FOR SELECT TO tillit_web USING (app_serves(homeserver_id));
CREATE POLICY web_insert ON list_release FOR INSERT TO tillit_web
  WITH CHECK (app_decides_for(homeserver_id) AND person_id = app_person());
CREATE POLICY web_read ON receipt FOR SELECT TO tillit_web
  USING (EXISTS (SELECT FROM enforcement_point e WHERE e.id = enforcement_point_id AND app_serves(e.homeserver_id)));

-- People. Names are read by everyone signed in, since consents bear them; the rest is each person's own.
CREATE POLICY web_read ON person FOR SELECT TO tillit_web USING (app_known());
CREATE POLICY web_write ON person TO tillit_web USING (app_sign_in()) WITH CHECK (app_sign_in());
CREATE POLICY web_read ON person_name FOR SELECT TO tillit_web USING (app_known());
CREATE POLICY web_write ON person_name TO tillit_web USING (app_sign_in()) WITH CHECK (app_sign_in());
CREATE POLICY web_read ON membership FOR SELECT TO tillit_web
  USING (app_sign_in() OR app_coordinator() OR person_id = app_person() OR agency_id = ANY (app_agencies()));
-- Roles change only in the acts that open these tables on purpose, or by the agency's own administrator.
CREATE POLICY web_write ON membership TO tillit_web
  USING (app_sign_in() OR agency_id = ANY (app_administrated()))
  WITH CHECK (app_sign_in() OR agency_id = ANY (app_administrated()));
CREATE POLICY web_all ON invitation TO tillit_web
  USING (app_sign_in() OR app_coordinator() OR agency_id = ANY (app_administrated()))
  WITH CHECK (app_sign_in() OR app_coordinator() OR agency_id = ANY (app_administrated()));
CREATE POLICY web_read ON identity FOR SELECT TO tillit_web USING (person_id = app_person());
CREATE POLICY web_write ON identity TO tillit_web USING (app_sign_in()) WITH CHECK (app_sign_in());
CREATE POLICY web_all ON session TO tillit_web
  USING (app_sign_in() OR person_id = app_person()) WITH CHECK (app_sign_in());
CREATE POLICY web_all ON sign_in_link TO tillit_web USING (app_sign_in()) WITH CHECK (app_sign_in());
CREATE POLICY web_all ON api_token TO tillit_web
  USING (app_sign_in() OR person_id = app_person()) WITH CHECK (app_sign_in() OR person_id = app_person());
CREATE POLICY web_all ON idempotency_key TO tillit_web
  USING (person_id = app_person()) WITH CHECK (person_id = app_person());

-- The log: read by the agencies a row is about, by whoever acted, and by coordinators.
CREATE POLICY web_read ON audit FOR SELECT TO tillit_web
  USING (app_coordinator() OR agency_ids && app_agencies() OR actor = app_pseudonym());
CREATE POLICY web_read ON audit_detail FOR SELECT TO tillit_web
  USING (EXISTS (SELECT FROM audit a WHERE a.seq = audit_detail.seq
    -- A coordinator knows that a decision was made; its reason and diarienummer are for the parties.
    AND (a.kind NOT LIKE 'trust.%' OR a.agency_ids && app_agencies() OR a.actor = app_pseudonym())));

-- ── What never changes ──────────────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;

DO $do$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['audit', 'decision', 'agreement_version', 'agreement_server', 'list_release', 'signed_document'] LOOP
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
  END LOOP;
END
$do$;

-- ── The log's chain ─────────────────────────────────────────────────────────────────────────────────────────────────
-- `bytes` is the record. The trigger takes the place in the chain under the lock of the head's one row, so that the
-- sequence is the order of commits, and sets every other column from the bytes: nothing else can be said beside them.

INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '\x0000000000000000000000000000000000000000000000000000000000000000');

CREATE FUNCTION audit_hash(prev bytea, seq bigint, bytes text) RETURNS bytea LANGUAGE sql IMMUTABLE AS
$$ SELECT sha256('\x01'::bytea || prev || int8send(seq) || convert_to(bytes, 'UTF8')) $$;

CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE head audit_head; said jsonb := NEW.bytes::jsonb;
BEGIN
  SELECT * INTO STRICT head FROM audit_head WHERE id = 1 FOR UPDATE;
  NEW.seq := head.seq + 1;
  NEW.prev_hash := head.hash;
  NEW.hash := audit_hash(head.hash, NEW.seq, NEW.bytes);
  NEW.at := (said->>'at')::bigint;
  NEW.actor := (said->>'actor')::uuid;
  NEW.agency_ids := ARRAY(SELECT jsonb_array_elements_text(said->'agencies'))::uuid[];
  NEW.kind := said->>'kind';
  NEW.subject := said->>'subject';
  NEW.outcome := said->>'outcome';
  NEW.code := said->>'code';
  NEW.trace_id := said->>'trace';
  NEW.details_commitment := said->>'details';
  UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash WHERE id = 1;
  RETURN NEW;
END $$;
CREATE TRIGGER chain BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_chain();

-- The one way in: the record and what its commitment was made of. Answers the sequence.
CREATE FUNCTION audit_append(record text, detail_salt bytea, detail text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE placed bigint;
BEGIN
  IF (record::jsonb->>'actor')::uuid IS DISTINCT FROM app_pseudonym() THEN
    RAISE EXCEPTION 'a row of the log bears who acts, and nobody else' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO audit (seq, at, agency_ids, kind, subject, outcome, trace_id, details_commitment, prev_hash, hash, bytes)
  VALUES (0, 0, '{}', '', '', '', '', '', '', '', record) RETURNING seq INTO placed;
  INSERT INTO audit_detail (seq, salt, bytes, details) VALUES (placed, detail_salt, detail, detail::jsonb);
  RETURN placed;
END $$;

-- A page of the chain for whoever verifies: whether each row holds by itself, and the links; never what a row says.
CREATE FUNCTION audit_links(after bigint, most integer)
RETURNS TABLE (seq bigint, prev_hash bytea, hash bytea, fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT a.seq, a.prev_hash, a.hash,
    CASE
      WHEN a.hash <> audit_hash(a.prev_hash, a.seq, a.bytes) THEN 'hash'
      WHEN (a.bytes::jsonb->>'at')::bigint <> a.at
        OR (a.bytes::jsonb->>'actor')::uuid IS DISTINCT FROM a.actor
        OR ARRAY(SELECT jsonb_array_elements_text(a.bytes::jsonb->'agencies'))::uuid[] <> a.agency_ids
        OR a.bytes::jsonb->>'kind' <> a.kind OR a.bytes::jsonb->>'subject' <> a.subject
        OR a.bytes::jsonb->>'outcome' <> a.outcome OR a.bytes::jsonb->>'code' IS DISTINCT FROM a.code
        OR a.bytes::jsonb->>'trace' <> a.trace_id OR a.bytes::jsonb->>'details' <> a.details_commitment THEN 'columns'
      -- Details may be erased; what is still there must be what the row committed to.
      WHEN d.bytes::jsonb <> d.details OR 'sha256:' || rtrim(translate(replace(
        encode(sha256(d.salt || convert_to(d.bytes, 'UTF8')), 'base64'), E'\n', ''), '+/', '-_'), '=') <> a.details_commitment THEN 'details'
    END
  FROM audit a LEFT JOIN audit_detail d ON d.seq = a.seq WHERE a.seq > after ORDER BY a.seq LIMIT most
$$;

CREATE FUNCTION audit_tip() RETURNS TABLE (seq bigint, hash bytea) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT h.seq, h.hash FROM audit_head h WHERE h.id = 1 $$;

-- ── Grants ──────────────────────────────────────────────────────────────────────────────────────────────────────────

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO tillit_web, tillit_worker;
REVOKE EXECUTE ON FUNCTION audit_append(text, bytea, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_append(text, bytea, text) TO tillit_web, tillit_worker;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO tillit_web, tillit_worker;
REVOKE ALL ON audit_head FROM tillit_web, tillit_worker;
REVOKE ALL ON person_name, identity, session, sign_in_link, api_token, invitation, idempotency_key FROM tillit_worker;

GRANT INSERT ON homeserver_agency TO tillit_web;
GRANT INSERT, UPDATE ON homeserver_key, operator, membership TO tillit_web;
GRANT INSERT, UPDATE, DELETE ON agency_contact, enforcement_point, identity, session, sign_in_link, api_token, idempotency_key, person_name, invitation TO tillit_web;
GRANT INSERT, UPDATE ON federation, agency, homeserver, change_proposal, agreement, person TO tillit_web;
GRANT INSERT ON agreement_party, agreement_version, agreement_server, decision, list_release TO tillit_web;

GRANT INSERT, UPDATE, DELETE ON evidence, list_head, list_plan, discovery_step, homeserver_key, worker_heartbeat TO tillit_worker;
GRANT INSERT ON signed_document, receipt, decision, change_proposal, enforcement_point TO tillit_worker;
GRANT UPDATE ON homeserver, enforcement_point, agreement, federation TO tillit_worker;

-- The portal's own decisions are holds; a person's are made in the web.
CREATE POLICY worker_holds ON decision AS RESTRICTIVE FOR INSERT TO tillit_worker WITH CHECK (kind = 'hold' AND person_id IS NULL);
