"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { ApprovalRuleView, DecideRule } from "#lib/contracts/approval-rules.ts";
import { useMe } from "../shell/session.tsx";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { EmptyState, Notice, PageHead, Section } from "../ui/page.tsx";
import { ErrorSummary, type Fault, Refused } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { lastMomentOf, When } from "../ui/when.tsx";
import { ClauseList } from "./clauses.tsx";
import { DryRun } from "./dry-run.tsx";
import { RuleForm } from "./rule-form.tsx";

type RuleProps = { readonly agency: string; readonly rule: ApprovalRuleView };

const useDecide = ({ agency, rule }: RuleProps) => {
  const t = useTranslations("rules");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (wish: DecideRule) => acts.decideRule(rule.id, wish),
    onSuccess: (view, { move }) => {
      client.setQueryData(queries.approvalRules(agency).queryKey, view);
      say(t(move === "approve" ? "approved" : "stopped"));
    },
    // What was shown is no longer the whole: the new trial takes its place.
    onError: () => client.invalidateQueries({ queryKey: queries.dryRun(rule.id).queryKey }),
  });
};

const Review = (props: RuleProps) => {
  const t = useTranslations("rules");
  const query = useQuery(queries.dryRun(props.rule.id));
  const decide = useDecide(props);
  return (
    <Loaded query={query}>
      {(run) => (
        <>
          <DryRun run={run} />
          {props.rule.allowed.includes("approve") ? (
            <div className="mt-4">
              <Refused error={decide.error} />
              <p className="mb-3 max-w-[72ch]">{t("approveMeans")}</p>
              <Button
                look="primary"
                isPending={decide.isPending}
                onPress={() => decide.mutate({ move: "approve", digest: run.digest })}
              >
                {t("approve", { number: props.rule.number })}
              </Button>
            </div>
          ) : null}
        </>
      )}
    </Loaded>
  );
};

const Stop = (props: RuleProps & { readonly onDone: () => void }) => {
  const t = useTranslations("rules");
  const [reason, setReason] = useState("");
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const decide = useDecide(props);
  const field = `stop-${props.rule.id}`;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const missing = reason.trim() === "";
    setFaults(missing ? [{ field, sentence: t("noReason") }] : []);
    if (!missing) decide.mutate({ move: "stop", reason });
  };
  return (
    <form onSubmit={submit} noValidate className="mt-4 space-y-4">
      <ErrorSummary faults={faults} error={decide.error} />
      <TextInput
        name={field}
        label={t("reason")}
        value={reason}
        onChange={setReason}
        error={faults[0]?.sentence}
        isRequired
      />
      <div className="flex gap-3">
        <Button type="submit" look="grave" isPending={decide.isPending}>
          {t("stop", { number: props.rule.number })}
        </Button>
        <Button look="quiet" onPress={props.onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};

const Facts = ({ rule }: { readonly rule: ApprovalRuleView }) => {
  const t = useTranslations("rules");
  const name = (who: ApprovalRuleView["approvedBy"]) => who?.name ?? t("somebody");
  return (
    <div className="mt-2 text-sm text-quiet">
      <p>
        {t("ownedBy", { name: name(rule.owner) })} · {t("until")} <When at={lastMomentOf(rule.endsAt)} day />
        {rule.diarienummer === null ? null : <> · {rule.diarienummer}</>}
      </p>
      <p>
        {t("proposedBy", { name: name(rule.proposedBy) })} <When at={rule.proposedAt} />
        {rule.approvedAt === null ? null : (
          <>
            {" · "}
            {t("approvedBy", { name: name(rule.approvedBy) })} <When at={rule.approvedAt} />
          </>
        )}
        {rule.stoppedAt === null ? null : (
          <>
            {" · "}
            {t("stoppedBy", { name: name(rule.stoppedBy), reason: rule.stopReason ?? "" })} <When at={rule.stoppedAt} />
          </>
        )}
      </p>
    </div>
  );
};

const Rule = (props: RuleProps) => {
  const t = useTranslations("rules");
  const { rule } = props;
  const [open, setOpen] = useState<"review" | "stop" | undefined>();
  const review = rule.allowed.includes("approve") ? t("reviewAndApprove") : t("review");
  const stands = rule.state === "in_force" || rule.state === "proposed";
  return (
    <Section
      title={t("rule", { number: rule.number, direction: t(`direction.${rule.direction}`) })}
      note={t(`state.${rule.state}`)}
    >
      {stands && !rule.ownerApproves ? <Notice tone="stop">{t("ownerGone")}</Notice> : null}
      <ClauseList clauses={rule.clauses} />
      <Facts rule={rule} />
      <p className="mt-1">{t("consented", { count: rule.consented })}</p>
      <div className="no-print mt-3 flex flex-wrap gap-3">
        <Button
          aria-expanded={open === "review"}
          onPress={() => setOpen(open === "review" ? undefined : "review")}
          aria-label={t("ofRule", { act: review, number: rule.number })}
        >
          {review}
        </Button>
        {rule.allowed.includes("stop") ? (
          <Button look="grave" onPress={() => setOpen("stop")} aria-label={t("stopName", { number: rule.number })}>
            {t("openStop")}
          </Button>
        ) : null}
      </div>
      {open === "review" ? <Review {...props} /> : null}
      {open === "stop" && rule.allowed.includes("stop") ? <Stop {...props} onDone={() => setOpen(undefined)} /> : null}
    </Section>
  );
};

const OfAgency = ({ agency }: { readonly agency: string }) => {
  const t = useTranslations("rules");
  const settings = useTranslations("settings");
  const [proposing, setProposing] = useState(false);
  const query = useQuery(queries.approvalRules(agency));
  return (
    <>
      <PageHead
        title={t("approvalTitle")}
        answer={t("approvalAnswer")}
        trail={{ href: "/settings", label: settings("title"), here: t("approvalTitle") }}
        acts={
          query.data?.mayPropose === true && !proposing ? (
            <Button look="primary" onPress={() => setProposing(true)}>
              {t("new")}
            </Button>
          ) : undefined
        }
      />
      <Loaded query={query}>
        {({ items, owners }) => (
          <div className="mt-5">
            {proposing ? <RuleForm agency={agency} owners={owners} onDone={() => setProposing(false)} /> : null}
            {items.length === 0 && !proposing ? <EmptyState>{t("approvalEmpty")}</EmptyState> : null}
            {items.map((rule) => (
              <Rule key={rule.id} agency={agency} rule={rule} />
            ))}
          </div>
        )}
      </Loaded>
    </>
  );
};

/** The rules by which the agency consents without a person. */
export const ApprovalRules = () => {
  const t = useTranslations("rules");
  const { agency } = useMe();
  return agency === undefined ? (
    <>
      <PageHead title={t("approvalTitle")} />
      <EmptyState>{t("noAgency")}</EmptyState>
    </>
  ) : (
    <OfAgency key={agency.id} agency={agency.id} />
  );
};
