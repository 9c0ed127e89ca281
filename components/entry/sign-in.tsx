"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { LogIn } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { SetUpState } from "#lib/contracts/setup.ts";
import { EntryFrame } from "../shell/entry-frame.tsx";
import { goSignIn } from "../shell/sign-in.ts";
import { Button, TextLink } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Mono, Notice, PageHead, Section } from "../ui/page.tsx";
import { ErrorSummary, useFieldErrors, useSentence } from "../ui/problem.tsx";

/** Only a path of our own may follow a sign-in; anything else leads to the overview. */
export const safePath = (to: string | null): string =>
  to !== null && /^\/(?![/\\])[^\\]*$/.test(to) && !to.startsWith("/sign-in") ? to : "/";

const Providers = ({ providers }: Pick<SetUpState, "providers">) => {
  const t = useTranslations("signIn");
  const to = safePath(useSearchParams().get("to"));
  const [going, setGoing] = useState<string | undefined>();
  if (providers.length === 0) return <p className="mt-6 text-quiet">{t("noProviders")}</p>;
  return (
    <ul className="mt-6 space-y-3">
      {providers.map(({ id, label }, index) => (
        <li key={id}>
          <Button
            look={index === 0 ? "primary" : "plain"}
            isPending={going === id}
            onPress={() => {
              setGoing(id);
              void goSignIn(id, to).catch(() => setGoing(undefined));
            }}
          >
            <LogIn size={20} strokeWidth={1.75} aria-hidden />
            {t("with", { provider: label })}
          </Button>
        </li>
      ))}
    </ul>
  );
};

const ByLink = ({ links }: Pick<SetUpState, "links">) => {
  const t = useTranslations("signIn");
  const [email, setEmail] = useState("");
  const request = useMutation({ mutationFn: () => acts.requestLink(email) });
  const fields = useFieldErrors(request.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    request.mutate();
  };
  if (links === "terminal")
    return (
      <Section title={t("linkTitle")}>
        <p className="max-w-[68ch] text-quiet">
          {t.rich("linkTerminal", { command: () => <Mono>{t("command")}</Mono> })}
        </p>
      </Section>
    );
  return (
    <Section title={t("linkTitle")}>
      {request.isSuccess ? (
        <Notice tone="force">{t("linkSent")}</Notice>
      ) : (
        <form onSubmit={submit} noValidate className="space-y-4">
          <ErrorSummary faults={[]} error={request.error} />
          <TextInput
            name="email"
            type="email"
            autoComplete="email"
            label={t("email")}
            hint={t("emailHint")}
            value={email}
            onChange={setEmail}
            error={fields["email"]}
            narrow
          />
          <Button type="submit" isPending={request.isPending}>
            {t("sendLink")}
          </Button>
        </form>
      )}
    </Section>
  );
};

/** Ways in, and why the last one failed. */
export const SignIn = () => {
  const t = useTranslations("signIn");
  const sentence = useSentence();
  const error = useSearchParams().get("error");
  const query = useQuery(queries.setUp());
  return (
    <EntryFrame federation={query.data?.federation}>
      <PageHead title={t("title")} answer={t("answer")} />
      {error === null ? null : (
        <Notice tone="stop" title={t("failed")}>
          {sentence(error, undefined, t("failedUnknown"))}
        </Notice>
      )}
      <Loaded query={query}>
        {(state) => (
          <>
            {state.needed ? <Notice tone="act">{t("setUpNeeded")}</Notice> : null}
            <Providers providers={state.providers} />
            <ByLink links={state.links} />
            {state.needed ? null : (
              <p className="mt-8">
                <TextLink href="/join">{t("join")}</TextLink>
              </p>
            )}
          </>
        )}
      </Loaded>
    </EntryFrame>
  );
};
