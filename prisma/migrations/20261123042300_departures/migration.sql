-- An agency leaves at a date; what it agreed is closed in the record; and when the record has been kept for its time, who
-- its people were is erased.

ALTER TABLE agency ADD COLUMN leaves_at bigint, ADD COLUMN left_at bigint, ADD COLUMN erased_at bigint;
-- Who left before this was kept is counted from what the log says of it.
UPDATE agency SET left_at = coalesce(
  (SELECT max(a.at) FROM audit a WHERE a.kind = 'agency.left' AND agency.id = ANY (a.agency_ids) AND a.subject = 'agy_' || agency.id),
  created_at) WHERE state = 'left';
CREATE INDEX agency_leaves_at_idx ON agency (leaves_at);

GRANT UPDATE (state, version, leaves_at, left_at) ON agency TO tillit_worker;

-- The portal's own decisions are holds, and the end that a leaving brings; a person's are made in the web.
DROP POLICY worker_holds ON decision;
CREATE POLICY worker_holds ON decision AS RESTRICTIVE FOR INSERT TO tillit_worker
  WITH CHECK (kind IN ('hold', 'leave') AND person_id IS NULL);

-- Erases an agency's people and contacts, if it left long enough ago; answers whose names went. Whoever holds a role
-- elsewhere keeps theirs. The log keeps pseudonyms alone, so that its chain stays whole.
CREATE FUNCTION erase_left_agency(gone uuid, left_before bigint, at_time bigint) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE people uuid[];
BEGIN
  UPDATE agency SET erased_at = at_time
  WHERE id = gone AND state = 'left' AND left_at <= left_before AND erased_at IS NULL;
  IF NOT FOUND THEN RETURN; END IF;
  UPDATE membership SET state = 'ended', ended_at = at_time WHERE agency_id = gone AND state <> 'ended';
  people := ARRAY(SELECT DISTINCT m.person_id FROM membership m WHERE m.agency_id = gone
    AND NOT EXISTS (SELECT FROM membership o WHERE o.person_id = m.person_id AND o.state <> 'ended')
    AND EXISTS (SELECT FROM person_name n WHERE n.person_id = m.person_id));
  DELETE FROM agency_contact WHERE agency_id = gone;
  DELETE FROM invitation WHERE agency_id = gone;
  DELETE FROM notice WHERE agency_id = gone OR person_id = ANY (people);
  DELETE FROM application WHERE agency_id = gone;
  DELETE FROM session WHERE person_id = ANY (people);
  DELETE FROM sign_in_link WHERE person_id = ANY (people);
  DELETE FROM api_token WHERE person_id = ANY (people);
  DELETE FROM notice_choice WHERE person_id = ANY (people);
  DELETE FROM person_seen WHERE person_id = ANY (people);
  DELETE FROM identity WHERE person_id = ANY (people);
  DELETE FROM person_name WHERE person_id = ANY (people);
  UPDATE person SET disabled_at = coalesce(disabled_at, at_time) WHERE id = ANY (people);
  RETURN QUERY SELECT unnest(people);
END $$;
REVOKE EXECUTE ON FUNCTION erase_left_agency(uuid, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_left_agency(uuid, bigint, bigint) TO tillit_worker;
