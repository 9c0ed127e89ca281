-- Each asking of "can A reach B?" and what the worker found of it.

CREATE TABLE "diagnosis" (
    "id" UUID NOT NULL,
    "from_server_id" UUID NOT NULL,
    "to_server_id" UUID NOT NULL,
    "asked_by" UUID,
    "state" TEXT NOT NULL,
    "trace_id" TEXT NOT NULL,
    "asked_at" BIGINT NOT NULL,
    "started_at" BIGINT,
    "finished_at" BIGINT,
    "result" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "diagnosis_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "diagnosis_from_server_id_to_server_id_asked_at_idx" ON "diagnosis"("from_server_id", "to_server_id", "asked_at");
CREATE INDEX "diagnosis_state_idx" ON "diagnosis"("state");
ALTER TABLE "diagnosis" ADD CONSTRAINT "diagnosis_from_server_id_fkey" FOREIGN KEY ("from_server_id") REFERENCES "homeserver"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "diagnosis" ADD CONSTRAINT "diagnosis_to_server_id_fkey" FOREIGN KEY ("to_server_id") REFERENCES "homeserver"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "diagnosis" ADD CONSTRAINT "diagnosis_state" CHECK ("state" IN ('waiting', 'running', 'done', 'failed'));

ALTER TABLE "diagnosis" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "diagnosis" FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON "diagnosis" TO tillit_owner USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON "diagnosis" TO tillit_worker USING (true) WITH CHECK (true);
-- Technical state: for whoever serves or runs one of the two servers, and for coordinators.
CREATE POLICY web_read ON "diagnosis" FOR SELECT TO tillit_web
  USING (app_coordinator() OR app_serves(from_server_id) OR app_serves(to_server_id));
-- Who asks says only that they ask: what was found is the worker's to write.
CREATE POLICY web_insert ON "diagnosis" FOR INSERT TO tillit_web
  WITH CHECK ((app_coordinator() OR app_serves(from_server_id) OR app_serves(to_server_id))
    AND asked_by = app_person() AND state = 'waiting' AND result = '{}'::jsonb AND finished_at IS NULL);

GRANT SELECT, INSERT ON "diagnosis" TO tillit_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON "diagnosis" TO tillit_worker;
