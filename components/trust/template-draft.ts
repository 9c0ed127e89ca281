import type { Template } from "#lib/contracts/templates.ts";
import { HOUR } from "#lib/domain/instant.ts";
import type { Draft } from "./draft.ts";
import { contentOf, type DraftContent } from "./draft-content.ts";

const contentFrom = (content: NonNullable<Template["content"]>): Partial<DraftContent> => {
  const { laws, secrecy, ceiling, personalData, residency, trial, offlineMs, contacts, conditions } = content;
  return {
    ...(laws === undefined ? {} : { laws }),
    ...(secrecy === undefined ? {} : { secrecy: secrecy.assessment, secrecyBy: secrecy.by }),
    ...(ceiling === undefined ? {} : { ceiling }),
    ...(personalData === undefined ? {} : { personalData: personalData ? "yes" : "no" }),
    ...(residency === undefined ? {} : { residency }),
    ...(trial === undefined ? {} : { trial }),
    ...(offlineMs === undefined ? {} : { offline: String(offlineMs / HOUR) }),
    ...(contacts === undefined ? {} : { contacts: contacts.join("\n") }),
    ...(conditions === undefined ? {} : { conditions }),
  };
};

/** The answers that a template gives; what it does not say is left as it was answered. */
export const answersOf = ({ purpose, legalBasis, content }: Template): Partial<Draft> => ({
  ...(purpose === undefined ? {} : { purpose }),
  ...(legalBasis === undefined ? {} : { legalBasis }),
  ...(content === undefined ? {} : contentFrom(content)),
});

/** A template as the interface takes it, of what was answered. */
export const templateOf = (name: string, draft: Draft): Template => ({
  name: name.trim(),
  ...(draft.purpose.trim() === "" ? {} : { purpose: draft.purpose.trim() }),
  ...(draft.legalBasis.trim() === "" ? {} : { legalBasis: draft.legalBasis.trim() }),
  ...contentOf(draft),
});
