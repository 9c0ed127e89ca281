-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "federation" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "terms" TEXT NOT NULL,
    "probe_name" TEXT NOT NULL,
    "required_acr" TEXT,
    "created_at" BIGINT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "federation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agency" (
    "id" UUID NOT NULL,
    "name_sv" TEXT NOT NULL,
    "name_en" TEXT NOT NULL,
    "scheme" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "member_class" TEXT NOT NULL,
    "country" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "approvers_required" INTEGER NOT NULL DEFAULT 1,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" BIGINT NOT NULL,

    CONSTRAINT "agency_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agency_contact" (
    "id" UUID NOT NULL,
    "agency_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "phone" TEXT,

    CONSTRAINT "agency_contact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operator" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" BIGINT NOT NULL,

    CONSTRAINT "operator_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "homeserver" (
    "id" UUID NOT NULL,
    "server_name" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "operator_id" UUID,
    "management_url" TEXT,
    "override_host" TEXT,
    "override_port" INTEGER,
    "override_ca" TEXT,
    "mode" TEXT NOT NULL DEFAULT 'observe',
    "identity_state" TEXT NOT NULL DEFAULT 'unknown',
    "software" TEXT,
    "software_version" TEXT,
    "looked_at" BIGINT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" BIGINT NOT NULL,

    CONSTRAINT "homeserver_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "homeserver_agency" (
    "homeserver_id" UUID NOT NULL,
    "agency_id" UUID NOT NULL,

    CONSTRAINT "homeserver_agency_pkey" PRIMARY KEY ("homeserver_id","agency_id")
);

-- CreateTable
CREATE TABLE "homeserver_key" (
    "homeserver_id" UUID NOT NULL,
    "key_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "valid_until" BIGINT NOT NULL,
    "pinned_at" BIGINT NOT NULL,
    "superseded_at" BIGINT,

    CONSTRAINT "homeserver_key_pkey" PRIMARY KEY ("homeserver_id","key_id")
);

-- CreateTable
CREATE TABLE "discovery_step" (
    "homeserver_id" UUID NOT NULL,
    "step" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "fix_code" TEXT,
    "at" BIGINT NOT NULL,

    CONSTRAINT "discovery_step_pkey" PRIMARY KEY ("homeserver_id","step")
);

-- CreateTable
CREATE TABLE "enforcement_point" (
    "id" UUID NOT NULL,
    "homeserver_id" UUID,
    "agency_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "base_url" TEXT,
    "keys" JSONB NOT NULL,
    "last_sequence" BIGINT NOT NULL DEFAULT 0,
    "last_receipt_at" BIGINT,
    "instances" JSONB NOT NULL,
    "created_at" BIGINT NOT NULL,

    CONSTRAINT "enforcement_point_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "change_proposal" (
    "id" UUID NOT NULL,
    "agency_id" UUID NOT NULL,
    "homeserver_id" UUID,
    "kind" TEXT NOT NULL,
    "before" JSONB NOT NULL,
    "after" JSONB NOT NULL,
    "proposed_by" UUID,
    "state" TEXT NOT NULL,
    "decided_by" UUID,
    "decided_at" BIGINT,
    "reason" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "at" BIGINT NOT NULL,

    CONSTRAINT "change_proposal_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agreement" (
    "id" UUID NOT NULL,
    "stage" TEXT NOT NULL,
    "open_pair" TEXT,
    "created_at" BIGINT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "agreement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agreement_party" (
    "agreement_id" UUID NOT NULL,
    "agency_id" UUID NOT NULL,
    "side" TEXT NOT NULL,

    CONSTRAINT "agreement_party_pkey" PRIMARY KEY ("agreement_id","agency_id")
);

-- CreateTable
CREATE TABLE "agreement_version" (
    "id" UUID NOT NULL,
    "agreement_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "terms" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "created_by" UUID NOT NULL,
    "at" BIGINT NOT NULL,

    CONSTRAINT "agreement_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agreement_server" (
    "agreement_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "homeserver_id" UUID NOT NULL,
    "side" TEXT NOT NULL,

    CONSTRAINT "agreement_server_pkey" PRIMARY KEY ("agreement_id","number","homeserver_id")
);

-- CreateTable
CREATE TABLE "decision" (
    "id" UUID NOT NULL,
    "agreement_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "digest" TEXT NOT NULL,
    "side" TEXT NOT NULL,
    "agency_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "person_id" UUID,
    "diarienummer" TEXT,
    "reason" TEXT,
    "acr" TEXT,
    "at" BIGINT NOT NULL,

    CONSTRAINT "decision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "evidence" (
    "from_server_id" UUID NOT NULL,
    "to_server_id" UUID NOT NULL,
    "station" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "version" INTEGER,
    "detail" JSONB NOT NULL,
    "at" BIGINT NOT NULL,

    CONSTRAINT "evidence_pkey" PRIMARY KEY ("from_server_id","to_server_id","station")
);

-- CreateTable
CREATE TABLE "signed_document" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "homeserver_id" UUID,
    "epoch" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "digest" TEXT NOT NULL,
    "bytes" TEXT NOT NULL,
    "issued_at" BIGINT NOT NULL,
    "expires_at" BIGINT,
    "trace_id" TEXT NOT NULL,

    CONSTRAINT "signed_document_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "list_head" (
    "homeserver_id" UUID NOT NULL,
    "epoch" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "digest" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "pushed_at" BIGINT,
    "confirmed_at" BIGINT,
    "renewal_bytes" TEXT,
    "status" TEXT NOT NULL,
    "status_detail" JSONB NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" BIGINT,

    CONSTRAINT "list_head_pkey" PRIMARY KEY ("homeserver_id")
);

-- CreateTable
CREATE TABLE "list_plan" (
    "homeserver_id" UUID NOT NULL,
    "plan" JSONB NOT NULL,
    "brake" JSONB,
    "at" BIGINT NOT NULL,

    CONSTRAINT "list_plan_pkey" PRIMARY KEY ("homeserver_id")
);

-- CreateTable
CREATE TABLE "list_release" (
    "id" UUID NOT NULL,
    "homeserver_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "at" BIGINT NOT NULL,

    CONSTRAINT "list_release_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "receipt" (
    "id" UUID NOT NULL,
    "enforcement_point_id" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "bytes" TEXT NOT NULL,
    "at" BIGINT NOT NULL,

    CONSTRAINT "receipt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "worker_heartbeat" (
    "id" TEXT NOT NULL,
    "started_at" BIGINT NOT NULL,
    "at" BIGINT NOT NULL,
    "detail" JSONB NOT NULL,

    CONSTRAINT "worker_heartbeat_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "person" (
    "id" UUID NOT NULL,
    "pseudonym" UUID NOT NULL,
    "disabled_at" BIGINT,
    "locale" TEXT NOT NULL,
    "created_at" BIGINT NOT NULL,

    CONSTRAINT "person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "person_name" (
    "person_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT,

    CONSTRAINT "person_name_pkey" PRIMARY KEY ("person_id")
);

-- CreateTable
CREATE TABLE "identity" (
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "person_id" UUID NOT NULL,

    CONSTRAINT "identity_pkey" PRIMARY KEY ("issuer","subject")
);

-- CreateTable
-- CreateTable
CREATE TABLE "membership" (
    "id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "agency_id" UUID,
    "operator_id" UUID,
    "role" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "created_at" BIGINT NOT NULL,
    "ended_at" BIGINT,

    CONSTRAINT "membership_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invitation" (
    "id" UUID NOT NULL,
    "token_hash" TEXT NOT NULL,
    "agency_id" UUID,
    "operator_id" UUID,
    "role" TEXT NOT NULL,
    "email" TEXT,
    "created_by" UUID,
    "created_at" BIGINT NOT NULL,
    "expires_at" BIGINT NOT NULL,
    "redeemed_at" BIGINT,
    "redeemed_by" UUID,
    "revoked_at" BIGINT,

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "token_hash" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "method" TEXT NOT NULL,
    "issuer" TEXT,
    "acr" TEXT,
    "created_at" BIGINT NOT NULL,
    "expires_at" BIGINT NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "sign_in_link" (
    "id" UUID NOT NULL,
    "token_hash" TEXT NOT NULL,
    "person_id" UUID,
    "purpose" TEXT NOT NULL,
    "delivered" TEXT NOT NULL,
    "created_at" BIGINT NOT NULL,
    "expires_at" BIGINT NOT NULL,
    "redeemed_at" BIGINT,

    CONSTRAINT "sign_in_link_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "scopes" TEXT[],
    "created_at" BIGINT NOT NULL,
    "expires_at" BIGINT NOT NULL,
    "last_used_at" BIGINT,
    "revoked_at" BIGINT,

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "person_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "route" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "response" JSONB NOT NULL,
    "at" BIGINT NOT NULL,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("person_id","key","route")
);

-- CreateTable
CREATE TABLE "audit" (
    "seq" BIGINT NOT NULL,
    "at" BIGINT NOT NULL,
    "actor" UUID,
    "agency_ids" UUID[],
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "code" TEXT,
    "trace_id" TEXT NOT NULL,
    "details_commitment" TEXT NOT NULL,
    "prev_hash" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,
    "bytes" TEXT NOT NULL,

    CONSTRAINT "audit_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "audit_detail" (
    "seq" BIGINT NOT NULL,
    "salt" BYTEA NOT NULL,
    "bytes" TEXT NOT NULL,
    "details" JSONB NOT NULL,

    CONSTRAINT "audit_detail_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "audit_head" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_head_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "agency_created_at_id_idx" ON "agency"("created_at", "id");

-- CreateIndex
CREATE INDEX "agency_name_sv_id_idx" ON "agency"("name_sv", "id");

-- CreateIndex
CREATE UNIQUE INDEX "agency_scheme_identifier_key" ON "agency"("scheme", "identifier");

-- CreateIndex
CREATE INDEX "agency_contact_agency_id_idx" ON "agency_contact"("agency_id");

-- CreateIndex
CREATE UNIQUE INDEX "homeserver_server_name_key" ON "homeserver"("server_name");

-- CreateIndex
CREATE INDEX "homeserver_created_at_id_idx" ON "homeserver"("created_at", "id");

-- CreateIndex
CREATE INDEX "homeserver_agency_agency_id_idx" ON "homeserver_agency"("agency_id");

-- CreateIndex
CREATE INDEX "enforcement_point_homeserver_id_idx" ON "enforcement_point"("homeserver_id");

-- CreateIndex
CREATE INDEX "enforcement_point_agency_id_idx" ON "enforcement_point"("agency_id");

-- CreateIndex
CREATE INDEX "change_proposal_agency_id_state_idx" ON "change_proposal"("agency_id", "state");

-- CreateIndex
CREATE INDEX "change_proposal_homeserver_id_idx" ON "change_proposal"("homeserver_id");

-- CreateIndex
CREATE UNIQUE INDEX "agreement_open_pair_key" ON "agreement"("open_pair");

-- CreateIndex
CREATE INDEX "agreement_created_at_id_idx" ON "agreement"("created_at", "id");

-- CreateIndex
CREATE INDEX "agreement_party_agency_id_idx" ON "agreement_party"("agency_id");

-- CreateIndex
CREATE UNIQUE INDEX "agreement_version_agreement_id_number_key" ON "agreement_version"("agreement_id", "number");

-- CreateIndex
CREATE INDEX "agreement_server_homeserver_id_idx" ON "agreement_server"("homeserver_id");

-- CreateIndex
CREATE INDEX "decision_agreement_id_at_idx" ON "decision"("agreement_id", "at");

-- CreateIndex
CREATE INDEX "decision_person_id_idx" ON "decision"("person_id");

-- CreateIndex
CREATE INDEX "evidence_to_server_id_idx" ON "evidence"("to_server_id");

-- CreateIndex
CREATE INDEX "signed_document_homeserver_id_kind_epoch_version_idx" ON "signed_document"("homeserver_id", "kind", "epoch", "version");

-- CreateIndex
CREATE INDEX "list_release_homeserver_id_at_idx" ON "list_release"("homeserver_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "receipt_enforcement_point_id_sequence_key" ON "receipt"("enforcement_point_id", "sequence");

-- CreateIndex
CREATE UNIQUE INDEX "person_pseudonym_key" ON "person"("pseudonym");

-- CreateIndex
CREATE INDEX "person_created_at_id_idx" ON "person"("created_at", "id");

-- CreateIndex
CREATE INDEX "identity_person_id_idx" ON "identity"("person_id");

-- CreateIndex
CREATE INDEX "membership_person_id_idx" ON "membership"("person_id");

-- CreateIndex
CREATE INDEX "membership_agency_id_idx" ON "membership"("agency_id");

-- CreateIndex
CREATE INDEX "membership_operator_id_idx" ON "membership"("operator_id");

-- CreateIndex
CREATE UNIQUE INDEX "invitation_token_hash_key" ON "invitation"("token_hash");

-- CreateIndex
CREATE INDEX "invitation_agency_id_idx" ON "invitation"("agency_id");

-- CreateIndex
CREATE INDEX "session_person_id_idx" ON "session"("person_id");

-- CreateIndex
CREATE UNIQUE INDEX "sign_in_link_token_hash_key" ON "sign_in_link"("token_hash");

-- CreateIndex
CREATE INDEX "sign_in_link_person_id_idx" ON "sign_in_link"("person_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_token_hash_key" ON "api_token"("token_hash");

-- CreateIndex
CREATE INDEX "api_token_person_id_idx" ON "api_token"("person_id");

-- CreateIndex
CREATE INDEX "audit_agency_ids_idx" ON "audit" USING GIN ("agency_ids");

-- CreateIndex
CREATE INDEX "audit_subject_seq_idx" ON "audit"("subject", "seq");

-- CreateIndex
CREATE INDEX "audit_actor_seq_idx" ON "audit"("actor", "seq");

-- AddForeignKey
ALTER TABLE "agency_contact" ADD CONSTRAINT "agency_contact_agency_id_fkey" FOREIGN KEY ("agency_id") REFERENCES "agency"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "homeserver" ADD CONSTRAINT "homeserver_operator_id_fkey" FOREIGN KEY ("operator_id") REFERENCES "operator"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "homeserver_agency" ADD CONSTRAINT "homeserver_agency_homeserver_id_fkey" FOREIGN KEY ("homeserver_id") REFERENCES "homeserver"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "homeserver_agency" ADD CONSTRAINT "homeserver_agency_agency_id_fkey" FOREIGN KEY ("agency_id") REFERENCES "agency"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "homeserver_key" ADD CONSTRAINT "homeserver_key_homeserver_id_fkey" FOREIGN KEY ("homeserver_id") REFERENCES "homeserver"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "discovery_step" ADD CONSTRAINT "discovery_step_homeserver_id_fkey" FOREIGN KEY ("homeserver_id") REFERENCES "homeserver"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enforcement_point" ADD CONSTRAINT "enforcement_point_homeserver_id_fkey" FOREIGN KEY ("homeserver_id") REFERENCES "homeserver"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enforcement_point" ADD CONSTRAINT "enforcement_point_agency_id_fkey" FOREIGN KEY ("agency_id") REFERENCES "agency"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "change_proposal" ADD CONSTRAINT "change_proposal_agency_id_fkey" FOREIGN KEY ("agency_id") REFERENCES "agency"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "change_proposal" ADD CONSTRAINT "change_proposal_homeserver_id_fkey" FOREIGN KEY ("homeserver_id") REFERENCES "homeserver"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreement_party" ADD CONSTRAINT "agreement_party_agreement_id_fkey" FOREIGN KEY ("agreement_id") REFERENCES "agreement"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreement_party" ADD CONSTRAINT "agreement_party_agency_id_fkey" FOREIGN KEY ("agency_id") REFERENCES "agency"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreement_version" ADD CONSTRAINT "agreement_version_agreement_id_fkey" FOREIGN KEY ("agreement_id") REFERENCES "agreement"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreement_server" ADD CONSTRAINT "agreement_server_agreement_id_fkey" FOREIGN KEY ("agreement_id") REFERENCES "agreement"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreement_server" ADD CONSTRAINT "agreement_server_homeserver_id_fkey" FOREIGN KEY ("homeserver_id") REFERENCES "homeserver"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "decision" ADD CONSTRAINT "decision_agreement_id_fkey" FOREIGN KEY ("agreement_id") REFERENCES "agreement"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "evidence" ADD CONSTRAINT "evidence_from_server_id_fkey" FOREIGN KEY ("from_server_id") REFERENCES "homeserver"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "evidence" ADD CONSTRAINT "evidence_to_server_id_fkey" FOREIGN KEY ("to_server_id") REFERENCES "homeserver"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "signed_document" ADD CONSTRAINT "signed_document_homeserver_id_fkey" FOREIGN KEY ("homeserver_id") REFERENCES "homeserver"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "list_head" ADD CONSTRAINT "list_head_homeserver_id_fkey" FOREIGN KEY ("homeserver_id") REFERENCES "homeserver"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "list_plan" ADD CONSTRAINT "list_plan_homeserver_id_fkey" FOREIGN KEY ("homeserver_id") REFERENCES "homeserver"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "list_release" ADD CONSTRAINT "list_release_homeserver_id_fkey" FOREIGN KEY ("homeserver_id") REFERENCES "homeserver"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "receipt" ADD CONSTRAINT "receipt_enforcement_point_id_fkey" FOREIGN KEY ("enforcement_point_id") REFERENCES "enforcement_point"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "person_name" ADD CONSTRAINT "person_name_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "identity" ADD CONSTRAINT "identity_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_agency_id_fkey" FOREIGN KEY ("agency_id") REFERENCES "agency"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_operator_id_fkey" FOREIGN KEY ("operator_id") REFERENCES "operator"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_agency_id_fkey" FOREIGN KEY ("agency_id") REFERENCES "agency"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_operator_id_fkey" FOREIGN KEY ("operator_id") REFERENCES "operator"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sign_in_link" ADD CONSTRAINT "sign_in_link_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;


