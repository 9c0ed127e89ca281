"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { acts } from "#lib/client/acts.ts";
import { problemOf } from "#lib/client/http.ts";
import { queries } from "#lib/client/queries.ts";
import { EntryFrame } from "../shell/entry-frame.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Notice, PageHead } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { useFragment } from "./fragment.ts";

/** Opening a link does nothing: its button redeems it, since mail scanners open links too. */
export const RedeemLink = () => {
  const t = useTranslations("redeemLink");
  const secret = useFragment();
  const router = useRouter();
  const client = useQueryClient();
  const redeem = useMutation({
    mutationFn: () => acts.redeemLink(secret ?? ""),
    onSuccess: () => {
      client.clear();
      router.replace("/");
    },
  });
  return (
    <EntryFrame>
      <PageHead title={t("title")} answer={secret === undefined ? t("noSecret") : t("answer")} />
      <Refused error={redeem.error} />
      <div className="mt-6 flex flex-wrap gap-3">
        {secret === undefined || redeem.isError ? (
          <ButtonLink href="/sign-in">{t("toSignIn")}</ButtonLink>
        ) : (
          <Button look="primary" isPending={redeem.isPending} onPress={() => redeem.mutate()}>
            {t("redeem")}
          </Button>
        )}
      </div>
    </EntryFrame>
  );
};

const KEY = "tillit.invitation";

/** An invitation is kept in this tab while its reader signs in, which is what it asks for first. */
const useInvitation = (): string | undefined => {
  const fresh = useFragment();
  if (fresh !== undefined) window.sessionStorage.setItem(KEY, fresh);
  return fresh ?? window.sessionStorage.getItem(KEY) ?? undefined;
};

const Redeem = ({ secret }: { readonly secret: string }) => {
  const t = useTranslations("invitation");
  const router = useRouter();
  const client = useQueryClient();
  const redeem = useMutation({
    mutationFn: () => acts.redeemInvitation(secret),
    onSuccess: ({ state }) => {
      window.sessionStorage.removeItem(KEY);
      client.clear();
      if (state !== "awaiting_approver") router.replace("/");
    },
    onError: () => window.sessionStorage.removeItem(KEY),
  });
  if (redeem.data?.state === "awaiting_approver")
    return (
      <>
        <Notice tone="act">{t("awaitsApprover")}</Notice>
        <div className="mt-6">
          <ButtonLink href="/">{t("onwards")}</ButtonLink>
        </div>
      </>
    );
  return (
    <>
      <Refused error={redeem.error} />
      <div className="mt-6">
        <Button look="primary" isPending={redeem.isPending} onPress={() => redeem.mutate()}>
          {t("redeem")}
        </Button>
      </div>
    </>
  );
};

/** A membership begins here: sign in, then take the invitation up. */
export const Invitation = () => {
  const t = useTranslations("invitation");
  const secret = useInvitation();
  const session = useQuery(queries.session());
  const signedOut = session.error !== null && problemOf(session.error).code === "not_signed_in";
  return (
    <EntryFrame federation={session.data?.federation} signedIn={session.data !== undefined}>
      <PageHead title={t("title")} answer={secret === undefined ? t("noSecret") : t("answer")} />
      {secret === undefined ? null : signedOut ? (
        <>
          <Notice tone="act">{t("signInFirst")}</Notice>
          <div className="mt-6">
            <ButtonLink look="primary" href="/sign-in?to=/invitation">
              {t("toSignIn")}
            </ButtonLink>
          </div>
        </>
      ) : (
        <Loaded query={session}>{() => <Redeem secret={secret} />}</Loaded>
      )}
    </EntryFrame>
  );
};
