"use client";

import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { PersonView } from "#lib/contracts/people.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Loaded, More } from "../ui/loaded.tsx";
import { EmptyState, Rows, Section } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { useLocalName } from "../ui/when.tsx";

const Disable = ({ person, onDone }: { readonly person: PersonView; readonly onDone: () => void }) => {
  const t = useTranslations("people");
  const client = useQueryClient();
  const say = useSay();
  const [reason, setReason] = useState("");
  const disable = useMutation({
    mutationFn: () => acts.disablePerson(person.id, reason.trim() === "" ? undefined : reason),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["people"] });
      say(t("disabled", { name: person.name ?? t("erased") }));
      onDone();
    },
  });
  return (
    <div className="w-full space-y-3 pt-2">
      <p>{t("disableMeans", { name: person.name ?? t("erased") })}</p>
      <Refused error={disable.error} />
      <TextInput name={`reason-${person.id}`} label={t("reason")} value={reason} onChange={setReason} />
      <div className="flex gap-3">
        <Button look="grave" isPending={disable.isPending} onPress={() => disable.mutate()}>
          {t("disableNow")}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </div>
  );
};

const Row = ({ person }: { readonly person: PersonView }) => {
  const t = useTranslations("people");
  const role = useTranslations("role");
  const nameOf = useLocalName();
  const [disabling, setDisabling] = useState(false);
  const name = person.name ?? t("erased");
  const held = person.memberships
    .map((each) =>
      [role(each.role), each.agency === null ? each.operator?.name : nameOf(each.agency.name)]
        .filter(Boolean)
        .join(", "),
    )
    .join(" · ");
  return (
    <li className="flex flex-wrap items-center gap-x-5 gap-y-1 px-4 py-2.5">
      <b className="font-semibold">{name}</b>
      <span className="text-sm text-quiet">{person.email ?? ""}</span>
      <span className="text-sm">{held}</span>
      {person.state === "disabled" ? <span className="text-sm font-semibold text-stop">{t("isDisabled")}</span> : null}
      {person.allowed.includes("disable") && !disabling ? (
        <span className="ml-auto">
          <Button look="quiet" onPress={() => setDisabling(true)} aria-label={t("disableName", { name })}>
            {t("disable")}
          </Button>
        </span>
      ) : null}
      {disabling ? <Disable person={person} onDone={() => setDisabling(false)} /> : null}
    </li>
  );
};

/** The people of the reader's agencies (of the federation, for a coordinator). */
export const People = () => {
  const t = useTranslations("people");
  const query = useInfiniteQuery(queries.people());
  return (
    <Section title={t("title")}>
      <Loaded query={query}>
        {({ pages }) => {
          const people = pages.flatMap(({ items }) => items);
          return people.length === 0 ? (
            <EmptyState>{t("empty")}</EmptyState>
          ) : (
            <>
              <Rows label={t("title")}>
                {people.map((person) => (
                  <Row key={person.id} person={person} />
                ))}
              </Rows>
              <More query={query} />
            </>
          );
        }}
      </Loaded>
    </Section>
  );
};
