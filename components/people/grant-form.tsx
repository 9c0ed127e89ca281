"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { acts, newKey } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { AgencyRef } from "#lib/contracts/common.ts";
import type { MembershipOutcome, PersonView } from "#lib/contracts/people.ts";
import { useMe } from "../shell/session.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorSummary, useFieldErrors } from "../ui/problem.tsx";
import { SelectInput } from "../ui/select.tsx";
import { useLocalName } from "../ui/when.tsx";
import { usePersonAct } from "./person-acts.tsx";

const AGENCY_ROLES = ["administrator", "approver", "auditor"] as const;
type GivenRole = (typeof AGENCY_ROLES)[number] | "coordinator";

/** The agencies in which the reader may give roles: all for a coordinator, else where they administer. */
const useGivable = (): readonly AgencyRef[] => {
  const { session, isCoordinator } = useMe();
  const all = useInfiniteQuery({ ...queries.agencies({ limit: 200 }), enabled: isCoordinator });
  if (isCoordinator) return all.data?.pages.flatMap(({ items }) => items) ?? [];
  return session.memberships.flatMap(({ role, agency }) =>
    role === "administrator" && agency !== null ? [agency] : [],
  );
};

const useGrant = (person: PersonView, onDone: () => void) => {
  const t = useTranslations("people");
  const key = useRef(newKey());
  const give = async (place: {
    readonly role: GivenRole;
    readonly agency: string | null;
  }): Promise<MembershipOutcome> => {
    try {
      return await acts.grantMembership({ person: person.id, ...place }, key.current);
    } catch (refused) {
      key.current = newKey();
      throw refused;
    }
  };
  const outcome = (answer: unknown): string => {
    const waits =
      typeof answer === "object" && answer !== null && "state" in answer && answer.state === "awaiting_approver";
    return t(waits ? "roleAwaits" : "roleGranted");
  };
  return usePersonAct(give, outcome, onDone);
};

/** Gives a person who is here already another role. */
export const GrantForm = ({ person, onDone }: { readonly person: PersonView; readonly onDone: () => void }) => {
  const t = useTranslations("people");
  const roleName = useTranslations("role");
  const nameOf = useLocalName();
  const { isCoordinator } = useMe();
  const agencies = useGivable();
  const [role, setRole] = useState<GivenRole>("approver");
  const [chosen, setChosen] = useState("");
  const grant = useGrant(person, onDone);
  const errors = useFieldErrors(grant.error);
  const held = person.memberships.find(({ agency }) => agencies.some(({ id }) => id === agency?.id))?.agency?.id;
  const agency = chosen === "" ? (held ?? agencies[0]?.id ?? "") : chosen;
  const roles: readonly GivenRole[] = isCoordinator ? [...AGENCY_ROLES, "coordinator"] : AGENCY_ROLES;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    grant.mutate({ role, agency: role === "coordinator" ? null : agency });
  };
  return (
    <form onSubmit={submit} noValidate className="w-full space-y-4 border-t border-line pt-3 pb-1">
      <ErrorSummary faults={[]} error={grant.error} />
      <SelectInput
        name={`role-${person.id}`}
        label={t("role")}
        hint={t("roleHint")}
        value={role}
        onChange={(value) => setRole(roles.find((each) => each === value) ?? "approver")}
        options={roles.map((value) => ({ value, label: roleName(value) }))}
        error={errors["role"]}
      />
      {role === "coordinator" ? null : (
        <SelectInput
          name={`agency-${person.id}`}
          label={t("roleAgency")}
          value={agency}
          onChange={setChosen}
          options={agencies.map(({ id, name }) => ({ value: id, label: nameOf(name) }))}
          error={errors["agency"]}
        />
      )}
      <div className="flex gap-3">
        <Button type="submit" look="primary" isPending={grant.isPending}>
          {t("grantNow")}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};
