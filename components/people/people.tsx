"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { PersonView } from "#lib/contracts/people.ts";
import { useMe } from "../shell/session.tsx";
import { Button } from "../ui/button.tsx";
import { Loaded, More } from "../ui/loaded.tsx";
import { EmptyState, Rows, Section } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { useLocalName } from "../ui/when.tsx";
import { GrantForm } from "./grant-form.tsx";
import { Disable, EndRole, Erase, usePersonAct } from "./person-acts.tsx";

type Held = PersonView["memberships"][number];
type Doing =
  | { readonly act: "disable" }
  | { readonly act: "erase" }
  | { readonly act: "grant" }
  | { readonly act: "end"; readonly held: Held };

/** Whether the reader may give and end the role: a coordinator any, an administrator those of their agency. */
const useMayEnd = (): ((held: Held) => boolean) => {
  const { session, isCoordinator } = useMe();
  const administers = (agency: string | undefined): boolean =>
    session.memberships.some((mine) => mine.role === "administrator" && mine.agency?.id === agency);
  return ({ agency }) => isCoordinator || (agency !== null && administers(agency.id));
};

const useHeldName = (): ((held: Held) => string) => {
  const role = useTranslations("role");
  const nameOf = useLocalName();
  return (held) =>
    [role(held.role), held.agency === null ? held.operator?.name : nameOf(held.agency.name)].filter(Boolean).join(", ");
};

const RoleList = ({ person, onEnd }: { readonly person: PersonView; readonly onEnd: (held: Held) => void }) => {
  const t = useTranslations("people");
  const mayEnd = useMayEnd();
  const nameOf = useHeldName();
  if (person.memberships.length === 0) return <p className="w-full text-sm text-quiet">{t("noRoles")}</p>;
  return (
    <ul className="w-full text-sm">
      {person.memberships.map((held) => (
        <li key={held.id} className="flex flex-wrap items-center gap-x-3">
          <span>{nameOf(held)}</span>
          {mayEnd(held) ? (
            <Button
              look="quiet"
              onPress={() => onEnd(held)}
              aria-label={t("endRole", { name: person.name ?? t("erased"), role: nameOf(held) })}
            >
              {t("end")}
            </Button>
          ) : null}
        </li>
      ))}
    </ul>
  );
};

const Acts = ({ person, onAct }: { readonly person: PersonView; readonly onAct: (doing: Doing) => void }) => {
  const t = useTranslations("people");
  const name = person.name ?? t("erased");
  const enable = usePersonAct(
    () => acts.enablePerson(person.id),
    t("enabled", { name }),
    () => undefined,
  );
  return (
    <span className="ml-auto flex flex-wrap gap-1">
      {person.state === "active" && person.name !== null ? (
        <Button look="quiet" onPress={() => onAct({ act: "grant" })} aria-label={t("grantName", { name })}>
          {t("grant")}
        </Button>
      ) : null}
      {person.allowed.includes("enable") ? (
        <Button
          look="quiet"
          isPending={enable.isPending}
          onPress={() => enable.mutate(undefined)}
          aria-label={t("enableName", { name })}
        >
          {t("enable")}
        </Button>
      ) : null}
      {person.allowed.includes("disable") ? (
        <Button look="quiet" onPress={() => onAct({ act: "disable" })} aria-label={t("disableName", { name })}>
          {t("disable")}
        </Button>
      ) : null}
      {person.allowed.includes("erase") ? (
        <Button look="quiet" onPress={() => onAct({ act: "erase" })} aria-label={t("eraseName", { name })}>
          {t("erase")}
        </Button>
      ) : null}
      <Refused error={enable.error} />
    </span>
  );
};

const Panel = ({
  person,
  doing,
  onDone,
}: {
  readonly person: PersonView;
  readonly doing: Doing;
  readonly onDone: () => void;
}) => {
  const nameOf = useHeldName();
  if (doing.act === "grant") return <GrantForm person={person} onDone={onDone} />;
  if (doing.act === "disable") return <Disable person={person} onDone={onDone} />;
  if (doing.act === "erase") return <Erase person={person} onDone={onDone} />;
  return <EndRole person={person} membership={doing.held.id} role={nameOf(doing.held)} onDone={onDone} />;
};

const Row = ({ person }: { readonly person: PersonView }) => {
  const t = useTranslations("people");
  const [doing, setDoing] = useState<Doing>();
  return (
    <li className="flex flex-wrap items-center gap-x-5 gap-y-1 px-4 py-2.5" data-person={person.id}>
      <b className="font-semibold">{person.name ?? t("erased")}</b>
      <span className="text-sm text-quiet">{person.email ?? ""}</span>
      {person.state === "disabled" ? <span className="text-sm font-semibold text-stop">{t("isDisabled")}</span> : null}
      {doing === undefined ? <Acts person={person} onAct={setDoing} /> : null}
      <RoleList person={person} onEnd={(held) => setDoing({ act: "end", held })} />
      {doing === undefined ? null : <Panel person={person} doing={doing} onDone={() => setDoing(undefined)} />}
    </li>
  );
};

/** The people of the reader's agencies (of the federation, for a coordinator), or of one agency. */
export const People = ({ agency }: { readonly agency?: string }) => {
  const t = useTranslations("people");
  const query = useInfiniteQuery(queries.people({ agency }));
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
