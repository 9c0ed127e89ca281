import type { ContentView } from "#lib/contracts/terms.ts";
import type { TermsView } from "#lib/contracts/trust.ts";
import type { Content } from "#lib/domain/terms.ts";
import type { Terms } from "#lib/domain/trust.ts";

/** The content as a party reads it. */
export const contentView = (content: Content): ContentView => ({
  laws: (content.laws ?? []).map(({ law, section }) => ({ law, section })),
  secrecy: content.secrecy === undefined ? null : { ...content.secrecy },
  ceiling: content.ceiling ?? null,
  levelNames: { home: content.levelNames?.home ?? null, partner: content.levelNames?.partner ?? null },
  personalData: content.personalData ?? null,
  residency: content.residency ?? null,
  trial: content.trial ?? false,
  contacts: [...(content.contacts ?? [])],
  conditions: content.conditions ?? null,
  offlineMs: content.offlineMs ?? null,
  attachments: (content.attachments ?? []).map(({ name, digest }) => ({ name, digest })),
});

/** The terms as a party reads them. */
export const termsView = (
  { purpose, legalBasis, parties, servers, start, end, content, basis }: Terms,
  groups: ReadonlyMap<string, string> = new Map(),
): TermsView => ({
  purpose,
  legalBasis: legalBasis ?? null,
  parties: { home: [...parties.home], partner: [...parties.partner] },
  servers: { home: [...servers.home], partner: [...servers.partner] },
  start: start ?? null,
  end: end ?? null,
  content: content === undefined ? null : contentView(content),
  basis:
    basis === undefined
      ? null
      : {
          group: basis.group,
          name: groups.get(basis.group) ?? null,
          digest: basis.digest,
          silent: basis.silent ?? null,
        },
});
