"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { acts, newKey } from "#lib/client/acts.ts";
import { Button } from "../ui/button.tsx";
import { Section } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { ShownOnce } from "./shown-once.tsx";

const DAYS = 366;

/** An address by which a calendar shows when agreements end. It is a token of its own and is revoked like any other. */
export const CalendarFeed = () => {
  const t = useTranslations("calendar");
  const client = useQueryClient();
  const key = useRef(newKey());
  const [address, setAddress] = useState("");
  const create = useMutation({
    mutationFn: () => acts.createToken({ name: t("name"), scopes: ["calendar:read"], days: DAYS }, key.current),
    onSuccess: ({ token }) => {
      void client.invalidateQueries({ queryKey: ["tokens"] });
      setAddress(token === null ? "" : `${window.location.origin}/api/v1/calendar?token=${token}`);
      key.current = newKey();
    },
  });
  return (
    <Section
      title={t("title")}
      note={t("note")}
      acts={
        <Button isPending={create.isPending} onPress={() => create.mutate()}>
          {t("make")}
        </Button>
      }
    >
      <Refused error={create.error} />
      {address === "" ? null : <ShownOnce label={t("shownOnce")} secret={address} onDone={() => setAddress("")} />}
    </Section>
  );
};
