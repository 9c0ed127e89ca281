import { z } from "zod";
import { LEVELS } from "#lib/domain/classification.ts";
import { MEMBER_CLASSES } from "#lib/domain/directory.ts";
import { type Clause, REGIONS } from "#lib/domain/rules.ts";

const plain = <K extends "no_personal_data" | "legal_basis" | "secrecy" | "trial">(kind: K) =>
  z.object({ kind: z.literal(kind) });

const Stored = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("member_class"), of: z.array(z.enum(MEMBER_CLASSES)) }),
  z.object({ kind: z.literal("country"), within: z.enum(REGIONS) }),
  z.object({ kind: z.literal("ceiling"), most: z.literal(LEVELS) }),
  z.object({ kind: z.literal("residency"), least: z.enum(["eea", "sweden"]) }),
  z.object({ kind: z.literal("ends_within"), days: z.int() }),
  z.object({ kind: z.literal("offline"), hours: z.int() }),
  z.object({ kind: z.literal("laws"), of: z.array(z.string()) }),
  plain("no_personal_data"),
  plain("legal_basis"),
  plain("secrecy"),
  plain("trial"),
]);

/** Reads stored clauses. Throws where one has a form this program does not know: a rule half understood is none. */
export const clausesOf = (stored: unknown): readonly Clause[] => z.array(Stored).parse(stored);

/** A clause as it is stored and shown. */
export const storedClause = (clause: Clause) => {
  if (clause.kind === "member_class") return { ...clause, of: [...clause.of] };
  return clause.kind === "laws" ? { ...clause, of: [...clause.of] } : { ...clause };
};

export const storedClauses = (clauses: readonly Clause[]) => clauses.map(storedClause);
