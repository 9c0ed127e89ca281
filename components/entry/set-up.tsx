"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import { type AgencyDraft, AgencyFields, agencyOf, EMPTY_AGENCY } from "../directory/agency-fields.tsx";
import { EntryFrame } from "../shell/entry-frame.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Notice, PageHead, Section } from "../ui/page.tsx";
import { ErrorSummary, useFieldErrors } from "../ui/problem.tsx";
import { useFragment } from "./fragment.ts";

type Given = {
  readonly token: string;
  readonly name: string;
  readonly agency: AgencyDraft;
  readonly person: { readonly name: string; readonly email: string };
};

const useSetUp = ({ token, name, agency, person }: Given) => {
  const router = useRouter();
  const client = useQueryClient();
  const setUp = useMutation({
    mutationFn: () =>
      acts.setUp({
        token,
        federation: { name },
        agency: agencyOf(agency),
        coordinator: { name: person.name, email: person.email === "" ? null : person.email },
      }),
    onSuccess: () => {
      client.clear();
      router.replace("/");
    },
  });
  return setUp;
};

type Person = Given["person"];

const Coordinator = ({
  person,
  setPerson,
  errors,
}: {
  readonly person: Person;
  readonly setPerson: (person: Person) => void;
  readonly errors: Readonly<Record<string, string>>;
}) => {
  const t = useTranslations("setUp");
  return (
    <Section title={t("coordinator")} note={t("coordinatorNote")}>
      <div className="space-y-5">
        <TextInput
          name="personName"
          autoComplete="name"
          label={t("personName")}
          value={person.name}
          onChange={(value) => setPerson({ ...person, name: value })}
          error={errors["coordinator.name"]}
          isRequired
        />
        <TextInput
          name="personEmail"
          type="email"
          autoComplete="email"
          label={t("personEmail")}
          value={person.email}
          onChange={(email) => setPerson({ ...person, email })}
          error={errors["coordinator.email"]}
        />
      </div>
    </Section>
  );
};

const Form = ({ token }: { readonly token: string }) => {
  const t = useTranslations("setUp");
  const [name, setName] = useState("");
  const [agency, setAgency] = useState(EMPTY_AGENCY);
  const [person, setPerson] = useState({ name: "", email: "" });
  const setUp = useSetUp({ token, name, agency, person });
  const errors = useFieldErrors(setUp.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setUp.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <ErrorSummary faults={[]} error={setUp.error} />
      <Section title={t("federation")}>
        <TextInput
          name="federationName"
          label={t("federationName")}
          hint={t("federationHint")}
          value={name}
          onChange={setName}
          error={errors["federation.name"]}
          isRequired
        />
      </Section>
      <Section title={t("agency")}>
        <div className="space-y-5">
          <AgencyFields
            draft={agency}
            change={(more) => setAgency((before) => ({ ...before, ...more }))}
            errors={errors}
            prefix="agency."
          />
        </div>
      </Section>
      <Coordinator person={person} setPerson={setPerson} errors={errors} />
      <div className="mt-7">
        <Button type="submit" look="primary" isPending={setUp.isPending}>
          {t("begin")}
        </Button>
      </div>
    </form>
  );
};

/** The first minutes of a federation. Only who holds the link from the server's terminal gets past this page. */
export const SetUp = () => {
  const t = useTranslations("setUp");
  const token = useFragment();
  const query = useQuery(queries.setUp());
  return (
    <EntryFrame federation={query.data?.federation}>
      <PageHead title={t("title")} answer={t("answer")} />
      <Loaded query={query}>
        {({ needed }) =>
          !needed ? (
            <div className="mt-6 space-y-4">
              <Notice tone="act">{t("alreadyDone")}</Notice>
              <ButtonLink href="/sign-in">{t("toSignIn")}</ButtonLink>
            </div>
          ) : token === undefined ? (
            <Notice>{t("noToken")}</Notice>
          ) : (
            <Form token={token} />
          )
        }
      </Loaded>
    </EntryFrame>
  );
};
