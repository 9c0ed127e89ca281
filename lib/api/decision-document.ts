import type { DecisionAct, DecisionRecord, Mask } from "#lib/contracts/decision-document.ts";
import { HOUR } from "#lib/domain/instant.ts";
import en from "#lib/messages/en.json" with { type: "json" };
import sv from "#lib/messages/sv.json" with { type: "json" };

const TEXTS = { sv, en };
type Locale = keyof typeof TEXTS;

/** A fact of the document. `text` is undefined where it is masked: what was there does not come this far. */
export type DocumentFact = { readonly label: string; readonly text: string | undefined };
type DocumentSection = { readonly heading: string; readonly facts: readonly DocumentFact[] };
/** A decision document before it is laid out. */
export type DecisionDocument = {
  readonly language: Locale;
  readonly title: string;
  readonly subtitle: string;
  readonly note: string | undefined;
  readonly sections: readonly DocumentSection[];
  readonly maskedWord: string;
  readonly decidedAt: number;
};

type Writing = { readonly record: DecisionRecord; readonly language: Locale; readonly masked: ReadonlySet<Mask> };

/** The same on every machine: Sweden's clocks, written out. */
const whenIn = (at: number): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Stockholm", dateStyle: "short", timeStyle: "short" }).format(at);

const fact = (label: string, text: string | null, masked = false): readonly DocumentFact[] =>
  text === null || text === "" ? [] : [{ label, text: masked ? undefined : text }];

const actFacts = ({ language, masked }: Writing, act: DecisionAct): readonly DocumentFact[] => {
  const { decisionDocument: t } = TEXTS[language];
  const label = `${t.act[act.kind]}, ${act.agency.name[language]}, ${whenIn(act.at)}`;
  const rule = act.rule === null ? null : t.byRule.replace("{number}", String(act.rule.number));
  const person = act.rule === null ? (act.person?.name ?? t.someone) : (act.rule.owner.name ?? t.someone);
  return [
    { label, text: masked.has("people") ? undefined : person },
    ...fact(t.rule, rule),
    ...fact(t.diarienummer, act.diarienummer),
  ];
};

const DECIDES: ReadonlySet<DecisionAct["kind"]> = new Set(["endorse", "accept", "consent", "reconsent"]);

const actSections = (writing: Writing): readonly DocumentSection[] => {
  const { record, language } = writing;
  const { decisionDocument: t } = TEXTS[language];
  const decided = record.acts.filter(({ kind }) => DECIDES.has(kind));
  const prepared = record.acts.filter(({ kind }) => kind === "request" || kind === "propose");
  const section = (heading: string, acts: readonly DecisionAct[]): DocumentSection => ({
    heading,
    facts: acts.flatMap((act) => actFacts(writing, act)),
  });
  const delegation: DocumentSection = {
    heading: t.delegation,
    facts: [{ label: t.delegation, text: t.notStated }],
  };
  return [section(t.decided, decided), section(t.prepared, prepared), delegation];
};

const contentFacts = ({ record, language, masked }: Writing): readonly DocumentFact[] => {
  const { terms: t, level, residencyRule } = TEXTS[language];
  const { content } = record.agreement.terms;
  if (content === null) return [];
  const { laws, secrecy, ceiling, personalData, residency, offlineMs, contacts, attachments } = content;
  const levels: Readonly<Record<string, string>> = level;
  return [
    ...fact(t.laws, laws.map(({ law, section }) => `${law}, ${section}`).join("; ")),
    ...fact(t.secrecy, secrecy?.assessment ?? null, masked.has("secrecy")),
    ...fact(t.secrecyBy.replace("{by}", "").trim(), secrecy?.by ?? null, masked.has("secrecy") || masked.has("people")),
    ...fact(t.ceiling, ceiling === null ? null : (levels[String(ceiling)] ?? String(ceiling))),
    ...fact(t.personalData, personalData === null ? null : personalData ? t.yes : t.no),
    ...fact(t.residency, residency === null ? null : residencyRule[residency]),
    ...fact(t.trial, content.trial ? t.trialNote : null),
    ...fact(
      t.offline,
      offlineMs === null ? null : t.offlineHours.replace("{hours}", String(Math.round(offlineMs / HOUR))),
    ),
    ...fact(t.contacts, contacts.join("; "), masked.has("contacts") || masked.has("people")),
    ...fact(t.conditions, content.conditions),
    ...attachments.flatMap(({ name, digest }) => fact(t.attachments, `${name} ${digest}`, masked.has("technical"))),
  ];
};

const termsSection = (writing: Writing): DocumentSection => {
  const { record, language, masked } = writing;
  const { terms: t, decisionDocument: d } = TEXTS[language];
  const { terms, parties, digest, termsNumber } = record.agreement;
  const servers = parties.flatMap(({ agency, side }) =>
    fact(`${t.servers}, ${agency.name[language]}`, (terms.servers[side] ?? []).join(", "), masked.has("technical")),
  );
  return {
    heading: d.content,
    facts: [
      ...fact(t.purpose, terms.purpose),
      ...fact(t.legalBasis, terms.legalBasis ?? t.notGiven),
      ...contentFacts(writing),
      ...servers,
      ...fact(t.start, terms.start === null ? t.atOnce : whenIn(terms.start)),
      ...fact(t.end, terms.end === null ? t.untilRevoked : whenIn(terms.end)),
      ...fact(d.version, String(termsNumber ?? 1)),
      // Whoever knows the rest of the terms could try guesses of a masked part against their digest.
      ...fact(d.digest, digest, masked.size > 0),
    ],
  };
};

/** The decision document of the reader's own side, in one language; masked parts are left out before anything is laid out. */
export const decisionDocument = (record: DecisionRecord, language: Locale, mask: readonly Mask[]): DecisionDocument => {
  const { decisionDocument: t } = TEXTS[language];
  const writing: Writing = { record, language, masked: new Set(mask) };
  const { parties, mine, id } = record.agreement;
  const named = (own: boolean): string =>
    parties
      .filter(({ side }) => (side === (mine ?? "home")) === own)
      .map(({ agency }) => `${agency.name[language]} (${agency.identifier})`)
      .join(", ");
  const masked = [...writing.masked].map((part) => t.mask[part]).join(", ");
  return {
    language,
    title: masked === "" ? t.title : t.titleMasked,
    subtitle: `${named(true)} – ${named(false)}`,
    note: masked === "" ? undefined : t.masked.replace("{parts}", masked),
    maskedWord: t.maskedWord,
    decidedAt: record.decidedAt,
    sections: [
      {
        heading: t.decision,
        facts: [
          ...fact(t.date, whenIn(record.decidedAt)),
          ...fact(t.agency, named(true)),
          ...fact(t.partner, named(false)),
          ...fact(t.agreement, id),
        ],
      },
      ...actSections(writing),
      termsSection(writing),
    ],
  };
};

const BLOCK = "█████";

/** The document as plain text, UTF-8. The same decision gives the same text. */
export const decisionText = ({ title, subtitle, note, sections, maskedWord }: DecisionDocument): string =>
  [
    title,
    subtitle,
    ...(note === undefined ? [] : ["", note]),
    ...sections.flatMap(({ heading, facts }) => [
      "",
      heading.toUpperCase(),
      ...facts.map(({ label, text }) => `${label}: ${text ?? `${BLOCK} (${maskedWord})`}`),
    ]),
    "",
  ].join("\n");
