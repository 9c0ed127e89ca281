"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { IdentityChoiceView } from "#lib/contracts/identity.ts";
import { Button } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Rows, Section } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { useLocalName } from "../ui/when.tsx";

const Sides = ({ agreement, view }: { readonly agreement: string; readonly view: IdentityChoiceView }) => {
  const t = useTranslations("identityChoice");
  const nameOf = useLocalName();
  const client = useQueryClient();
  const choose = useMutation({
    mutationFn: (wish: { readonly as: string; readonly choice: "hold" | "warn" }) =>
      acts.chooseIdentity(agreement, wish),
    onSuccess: (next) => client.setQueryData(queries.identityChoice(agreement).queryKey, next),
  });
  return (
    <>
      <p className="mb-2 max-w-[72ch]">{t(`effect.${view.effect}`)}</p>
      <Refused error={choose.error} />
      <Rows label={t("title")}>
        {view.parties.map(({ agency, choice, mayChoose }) => (
          <li key={agency.id} className="flex flex-wrap items-center gap-3 px-4 py-2">
            <span className="flex-1">
              {nameOf(agency.name)}: {t(`choice.${choice}`)}
            </span>
            {mayChoose ? (
              <Button
                isPending={choose.isPending}
                onPress={() => choose.mutate({ as: agency.id, choice: choice === "hold" ? "warn" : "hold" })}
              >
                {t(choice === "hold" ? "toWarn" : "toHold")}
              </Button>
            ) : null}
          </li>
        ))}
      </Rows>
    </>
  );
};

/** What happens on the day a server of the agreement shows a foreign key, and each side's choice of it. */
export const IdentityChoice = ({ agreement }: { readonly agreement: string }) => {
  const t = useTranslations("identityChoice");
  const query = useQuery(queries.identityChoice(agreement));
  return (
    <Section title={t("title")} className="no-print">
      <Loaded query={query}>{(view) => <Sides agreement={agreement} view={view} />}</Loaded>
    </Section>
  );
};
