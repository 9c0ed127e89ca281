import { defineConfig } from "prisma/config";

// Prisma's own schema engine is fetched from the internet; ours speaks for the one that npm delivers (see the file).
process.env["PRISMA_SCHEMA_ENGINE_BINARY"] ??= `${import.meta.dirname}/prisma/schema-engine.mjs`;

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  // Only the Prisma command line reads this; the product applies its migrations itself (lib/data/migrate.ts).
  datasource: { url: process.env["DATABASE_URL_OWNER"] ?? "postgresql://tillit_owner@127.0.0.1:5432/tillit" },
});
