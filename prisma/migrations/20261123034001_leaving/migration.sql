-- Which servers an agency's agreements open to. A coordinator may not read what an agreement says, yet whoever ends a
-- membership must have every door of it shut at once.
CREATE FUNCTION app_servers_of_agreements(leaving uuid) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT DISTINCT s.homeserver_id FROM agreement_party p
   JOIN agreement g ON g.id = p.agreement_id AND g.stage = 'agreed'
   JOIN agreement_server s ON s.agreement_id = g.id
   WHERE app_coordinator() AND p.agency_id = leaving $$;
