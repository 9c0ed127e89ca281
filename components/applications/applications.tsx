"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { ApplicationView } from "#lib/contracts/applications.ts";
import { APPLICATION_STATES } from "#lib/domain/application.ts";
import { ShownOnce } from "../people/shown-once.tsx";
import { Button, TextLink } from "../ui/button.tsx";
import { Chips } from "../ui/chips.tsx";
import { TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { EmptyState, Facts, Mono, Notice, PageHead, Section } from "../ui/page.tsx";
import { ErrorSummary, type Fault } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { useUrlFilter } from "../ui/url-filter.ts";
import { useLocalName, When } from "../ui/when.tsx";

type Decide = ReturnType<typeof useDecide>;

const useDecide = (id: string, onLink: (url: string) => void) => {
  const t = useTranslations("applications");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (body: Parameters<typeof acts.decideApplication>[1]) => acts.decideApplication(id, body),
    onSuccess: ({ application, invitation }) => {
      const url = invitation?.url ?? undefined;
      if (url !== undefined) onLink(url);
      for (const topic of ["applications", "agencies"]) void client.invalidateQueries({ queryKey: [topic] });
      say(t(application.state === "approved" ? "approved" : "refused"));
    },
  });
};

const Refusing = ({
  id,
  decide,
  onDone,
}: {
  readonly id: string;
  readonly decide: Decide;
  readonly onDone: () => void;
}) => {
  const t = useTranslations("applications");
  const [reason, setReason] = useState("");
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const missing = reason.trim() === "";
    setFaults(missing ? [{ field: `reason-${id}`, sentence: t("reasonMissing") }] : []);
    if (!missing) decide.mutate({ decision: "refuse", reason });
  };
  return (
    <form onSubmit={submit} noValidate className="no-print mt-4 space-y-4">
      <ErrorSummary faults={faults} error={decide.error} />
      <TextInput
        name={`reason-${id}`}
        label={t("reason")}
        hint={t("reasonHint")}
        lines={3}
        value={reason}
        onChange={setReason}
        error={faults[0]?.sentence}
        isRequired
      />
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="grave" isPending={decide.isPending}>
          {t("refuse")}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};

const Acts = ({ application, decide }: { readonly application: ApplicationView; readonly decide: Decide }) => {
  const t = useTranslations("applications");
  const [refusing, setRefusing] = useState(false);
  const { id, name, findings } = application;
  if (refusing) return <Refusing id={id} decide={decide} onDone={() => setRefusing(false)} />;
  return (
    <>
      <ErrorSummary faults={[]} error={decide.error} />
      <div className="no-print mt-4 flex flex-wrap gap-3">
        {findings.length > 0 ? null : (
          <Button
            look="primary"
            aria-label={t("approveName", { name })}
            isPending={decide.isPending}
            onPress={() => decide.mutate({ decision: "approve" })}
          >
            {t("approve")}
          </Button>
        )}
        <Button look="grave" aria-label={t("refuseName", { name })} onPress={() => setRefusing(true)}>
          {t("refuse")}
        </Button>
      </div>
    </>
  );
};

const About = ({ application }: { readonly application: ApplicationView }) => {
  const t = useTranslations("applications");
  const scheme = useTranslations("scheme");
  const memberClass = useTranslations("memberClass");
  const platform = useTranslations("platform");
  const nameOf = useLocalName();
  const { contact, agency, decidedAt, decidedBy } = application;
  return (
    <Facts
      facts={[
        [scheme(application.scheme), application.identifier],
        [t("memberClass"), memberClass(application.memberClass)],
        [
          t("servers"),
          application.serverNames.length === 0 ? (
            t("noServers")
          ) : (
            <span key="servers">
              <Mono>{application.serverNames.join(", ")}</Mono> {platform(application.platform)}
            </span>
          ),
        ],
        [t("contact"), [contact.name, contact.email, contact.phone].filter((part) => part !== null).join(" · ")],
        [t("message"), application.message],
        [t("sent"), <When key="at" at={application.at} />],
        [
          t("decided"),
          decidedAt === null ? null : (
            <span key="decided">
              {`${decidedBy?.name ?? t("someone")}, `}
              <When at={decidedAt} />
            </span>
          ),
        ],
        [t("reason"), application.reason],
        [
          t("agency"),
          agency === null ? null : (
            <TextLink key="agency" href={`/agencies/${agency.id}/onboarding`}>
              {nameOf(agency.name)}
            </TextLink>
          ),
        ],
      ]}
    />
  );
};

const One = ({
  application,
  onLink,
}: {
  readonly application: ApplicationView;
  readonly onLink: (url: string) => void;
}) => {
  const t = useTranslations("applications");
  const decide = useDecide(application.id, onLink);
  return (
    <Section title={application.name}>
      <About application={application} />
      {application.findings.map((finding) => (
        <Notice key={finding} tone="stop">
          {t(`finding.${finding}`)}
        </Notice>
      ))}
      {application.state === "open" ? <Acts application={application} decide={decide} /> : null}
    </Section>
  );
};

/** Organisations that ask to join, for a coordinator to approve or refuse. */
export const Applications = () => {
  const t = useTranslations("applications");
  const filter = useUrlFilter();
  const state = filter.oneOf("state", APPLICATION_STATES) ?? "open";
  const query = useQuery(queries.applications(state));
  const [link, setLink] = useState<string | undefined>();
  return (
    <>
      <PageHead
        title={t("title")}
        answer={t("answer")}
        trail={{ href: "/directory", label: t("directory"), here: t("title") }}
      />
      <div className="mt-5 mb-4">
        <Chips
          label={t("filter")}
          options={APPLICATION_STATES.map((value) => ({ value, label: t(`state.${value}`) }))}
          value={state}
          onChange={(value) => filter.set("state", value)}
        />
      </div>
      {link === undefined ? null : <ShownOnce label={t("link")} secret={link} onDone={() => setLink(undefined)} />}
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState>{t("empty")}</EmptyState>
          ) : (
            items.map((application) => <One key={application.id} application={application} onLink={setLink} />)
          )
        }
      </Loaded>
    </>
  );
};
