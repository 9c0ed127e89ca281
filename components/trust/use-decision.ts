"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { AgreementView } from "#lib/contracts/trust.ts";
import type { Move } from "#lib/domain/trust.ts";

export type Answer = {
  readonly move: Move;
  readonly as: string;
  readonly reason?: string;
  readonly diarienummer?: string;
};

const CONSENTING: ReadonlySet<Move> = new Set<Move>(["endorse", "accept", "reconsent"]);

/** An endorsement is shown as what the other side's acceptance would then do. */
export const previewedAs = (move: Move): Move => (move === "endorse" ? "accept" : move);

/** The agency for which the reader may make this move, if any; the one they act for first. */
export const mayMove = (
  { allowed }: Pick<AgreementView, "allowed">,
  move: Move,
  preferred: string | undefined,
): string | undefined => {
  const able = allowed.filter(({ moves }) => moves.includes(move)).map(({ as }) => as.id);
  return able.find((id) => id === preferred) ?? able[0];
};

/**
 * Sends one decision about an agreement as it was shown: its version and the digest of its terms go with it, so that
 * whatever changed meanwhile is refused and asked for anew.
 */
export const useDecision = (agreement: AgreementView, done: (move: Move) => void) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ move, as, reason, diarienummer }: Answer) => {
      // As it was shown: from the page's own memory, and fetched only where the page never came to show it.
      const shown = CONSENTING.has(move)
        ? await client.ensureQueryData(queries.preview(agreement.id, previewedAs(move)))
        : undefined;
      return acts.decideTrust(
        agreement.id,
        {
          as,
          move,
          digest: agreement.digest ?? "",
          ...(shown === undefined ? {} : { preview: shown.digest }),
          ...(reason === undefined || reason.trim() === "" ? {} : { reason }),
          ...(diarienummer === undefined || diarienummer.trim() === "" ? {} : { diarienummer }),
        },
        agreement.version,
      );
    },
    // Here and not at the call: the new state may take the asking form off the page before the answer is told.
    onSuccess: (view, { move }) => {
      client.setQueryData(queries.agreement(agreement.id).queryKey, view);
      done(move);
    },
    onSettled: () =>
      Promise.all(
        ["agreement", "agreements", "inbox", "overview", "agencies"].map((topic) =>
          client.invalidateQueries({ queryKey: [topic] }),
        ),
      ),
  });
};
