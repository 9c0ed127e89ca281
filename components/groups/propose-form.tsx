"use client";

import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { GroupView } from "#lib/contracts/groups.ts";
import { DAY } from "#lib/domain/instant.ts";
import { Button } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { ErrorSummary, type Fault } from "../ui/problem.tsx";
import { SelectInput } from "../ui/select.tsx";
import { useSay } from "../ui/toast.tsx";
import { useLocalName } from "../ui/when.tsx";

const MOST_AGENCIES = 200;

const usePropose = (group: GroupView, as: string | undefined, onDone: () => void) => {
  const t = useTranslations("groups");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (agency: string) => acts.proposeMember(group.id, { agency, ...(as === undefined ? {} : { as }) }),
    onSuccess: (view) => {
      client.setQueryData(queries.group(group.id).queryKey, view);
      say(t("done.propose"));
      onDone();
    },
  });
};

/** Proposes a newcomer: who, and how it enters. */
export const ProposeForm = ({
  group,
  as,
  onDone,
}: {
  readonly group: GroupView;
  readonly as: string | undefined;
  readonly onDone: () => void;
}) => {
  const t = useTranslations("groups");
  const nameOf = useLocalName();
  const query = useInfiniteQuery(queries.agencies({ state: "active", limit: MOST_AGENCIES }));
  const [chosen, setChosen] = useState("");
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const propose = usePropose(group, as, onDone);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setFaults(chosen === "" ? [{ field: "newcomer", sentence: t("missing.newcomer") }] : []);
    if (chosen !== "") propose.mutate(chosen);
  };
  const inIt = new Set(group.members.map(({ agency }) => agency.id));
  return (
    <form onSubmit={submit} noValidate className="no-print mt-4 space-y-4 rounded border border-edge bg-card px-5 py-4">
      <h2 className="text-base">{t("form.propose")}</h2>
      <p className="max-w-[72ch]">
        {group.objectionMs === null
          ? t("means.proposeAll")
          : t("means.proposeSilence", { days: Math.round(group.objectionMs / DAY) })}
      </p>
      <ErrorSummary faults={faults} error={propose.error} />
      <Loaded query={query}>
        {({ pages }) => (
          <SelectInput
            name="newcomer"
            label={t("newcomer")}
            value={chosen}
            onChange={setChosen}
            error={faults[0]?.sentence}
            options={pages
              .flatMap(({ items }) => items)
              .filter(({ id, homeservers }) => !inIt.has(id) && homeservers.length > 0)
              .map(({ id, name }) => ({ value: id, label: nameOf(name) }))}
          />
        )}
      </Loaded>
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="primary" isPending={propose.isPending}>
          {t("form.propose")}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};
