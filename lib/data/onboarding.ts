import type { Role } from "#lib/domain/access.ts";
import type { AgencyId, HomeserverId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { roleOf } from "./people.ts";
import type { Tx } from "./transaction.ts";

/** The roles that people hold in an agency, one for each holding, as far as the reader may see them. */
export const rolesIn = async (tx: Tx, agency: AgencyId): Promise<readonly Role[]> => {
  const rows = await tx.membership.findMany({
    where: { agencyId: agency, endedAt: null, state: "active", person: { disabledAt: null } },
    select: { role: true },
  });
  return rows.map(({ role }) => roleOf(role));
};

/** How many invitations to an agency wait to be answered, as far as the reader may see them. */
export const openInvitations = (tx: Tx, agency: AgencyId, now: Instant): Promise<number> =>
  tx.invitation.count({
    where: { agencyId: agency, redeemedAt: null, revokedAt: null, expiresAt: { gt: BigInt(now) } },
  });

/** Which of these homeservers have said, by a receipt, which list they hold. */
export const reporting = async (tx: Tx, servers: readonly HomeserverId[]): Promise<ReadonlySet<string>> => {
  const rows = await tx.homeserver.findMany({
    where: {
      id: { in: [...servers] },
      OR: [
        { listHead: { is: { confirmedAt: { not: null } } } },
        { enforcementPoints: { some: { lastReceiptAt: { not: null } } } },
      ],
    },
    select: { id: true },
  });
  return new Set(rows.map(({ id }) => id));
};
