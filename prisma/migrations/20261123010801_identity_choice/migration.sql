-- What a party chose for the day one of the agreement's servers shows a key that no pinned key has signed.

CREATE TABLE "identity_choice" (
    "agreement_id" UUID NOT NULL,
    "agency_id" UUID NOT NULL,
    "choice" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "at" BIGINT NOT NULL,

    CONSTRAINT "identity_choice_pkey" PRIMARY KEY ("agreement_id", "agency_id")
);
ALTER TABLE "identity_choice" ADD CONSTRAINT "identity_choice_agreement_id_fkey" FOREIGN KEY ("agreement_id") REFERENCES "agreement"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "identity_choice" ADD CONSTRAINT "identity_choice_agency_id_fkey" FOREIGN KEY ("agency_id") REFERENCES "agency"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "identity_choice" ADD CONSTRAINT "identity_choice_word" CHECK ("choice" IN ('hold', 'warn'));

ALTER TABLE "identity_choice" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "identity_choice" FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON "identity_choice" TO tillit_owner USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON "identity_choice" TO tillit_worker USING (true) WITH CHECK (true);
CREATE POLICY web_read ON "identity_choice" FOR SELECT TO tillit_web USING (app_party(agreement_id));
-- Each side speaks for itself alone.
CREATE POLICY web_write ON "identity_choice" TO tillit_web
  USING (app_party(agreement_id) AND agency_id = ANY (app_approved()))
  WITH CHECK (app_party(agreement_id) AND agency_id = ANY (app_approved()) AND person_id = app_person());

GRANT SELECT, INSERT, UPDATE ON "identity_choice" TO tillit_web;
GRANT SELECT ON "identity_choice" TO tillit_worker;
