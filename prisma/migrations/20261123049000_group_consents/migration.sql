-- The worker makes no agreement but a group's, and carries into it no consent that its person did not give the group.

CREATE FUNCTION group_carries(agreement uuid, agency uuid, person uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM trust_group_pair p
    JOIN trust_group_member m ON m.group_id = p.group_id AND m.agency_id = agency
    JOIN trust_group_act c ON c.group_id = p.group_id AND c.kind = 'consent' AND c.agency_id = agency
      AND c.digest = m.digest AND c.person_id = person
    WHERE p.agreement_id = agreement AND agency IN (p.a_id, p.b_id))
$$;

-- The portal's own decisions are holds, the end that a leaving or a parting brings, what a rule in force consents to, and
-- what a group's members consented to.
DROP POLICY worker_holds ON decision;
CREATE POLICY worker_holds ON decision AS RESTRICTIVE FOR INSERT TO tillit_worker
  WITH CHECK (CASE
    WHEN person_id IS NOT NULL THEN kind IN ('endorse', 'accept') AND rule_id IS NULL
      AND app_side(agreement_id, agency_id) = side AND group_carries(agreement_id, agency_id, person_id)
    WHEN kind IN ('hold', 'leave') THEN rule_id IS NULL
    WHEN kind IN ('request', 'part') THEN rule_id IS NULL
      AND EXISTS (SELECT FROM trust_group_pair p WHERE p.agreement_id = decision.agreement_id)
    ELSE kind IN ('endorse', 'accept') AND app_side(agreement_id, agency_id) = side
      AND app_rule_consents(rule_id, agency_id, kind, rule_number, rule_owner, at) END);
