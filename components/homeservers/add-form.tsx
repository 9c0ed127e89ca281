"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import type { z } from "zod";
import { acts, newKey } from "#lib/client/acts.ts";
import type { AddHomeserver } from "#lib/contracts/homeservers.ts";
import { PLATFORMS, type Platform } from "#lib/domain/directory.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { ErrorSummary, useFieldErrors } from "../ui/problem.tsx";
import { SelectInput } from "../ui/select.tsx";
import { useSay } from "../ui/toast.tsx";
import { CountryInput } from "./country.tsx";

const useAdd = (agency: string, server: z.input<typeof AddHomeserver>) => {
  const t = useTranslations("addServer");
  const router = useRouter();
  const client = useQueryClient();
  const say = useSay();
  const key = useRef(newKey());
  const add = useMutation({
    mutationFn: () => acts.addHomeserver(agency, server, key.current),
    onSuccess: ({ id }) => {
      for (const topic of ["agency", "homeservers", "agencies"]) void client.invalidateQueries({ queryKey: [topic] });
      say(t("added"));
      router.push(`/servers/${id}`);
    },
    onError: () => {
      key.current = newKey();
    },
  });
  return add;
};

/** Adds a homeserver to an agency; its page then shows, live, how it is found. */
export const AddServerForm = ({ agency, onDone }: { readonly agency: string; readonly onDone: () => void }) => {
  const t = useTranslations("addServer");
  const platformName = useTranslations("platform");
  const [serverName, setServerName] = useState("");
  const [platform, setPlatform] = useState<Platform>("synapse");
  const [operatorName, setOperatorName] = useState("");
  const [country, setCountry] = useState("");
  const add = useAdd(agency, {
    serverName,
    platform,
    ...(operatorName.trim() === "" ? {} : { operatorName }),
    ...(country === "" ? {} : { country }),
  });
  const errors = useFieldErrors(add.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form onSubmit={submit} noValidate className="space-y-5 rounded border border-edge bg-card px-5 py-4">
      <ErrorSummary faults={[]} error={add.error} />
      <TextInput
        name="serverName"
        label={t("serverName")}
        hint={t("serverNameHint")}
        value={serverName}
        onChange={setServerName}
        error={errors["serverName"]}
        mono
        narrow
        isRequired
      />
      <SelectInput
        name="platform"
        label={t("platform")}
        value={platform}
        onChange={(value) => setPlatform(PLATFORMS.find((each) => each === value) ?? "other")}
        options={PLATFORMS.map((value) => ({ value, label: platformName(value) }))}
      />
      <TextInput
        name="operatorName"
        label={t("operator")}
        hint={t("operatorHint")}
        value={operatorName}
        onChange={setOperatorName}
        error={errors["operatorName"]}
      />
      <CountryInput value={country} onChange={setCountry} />
      <div className="flex gap-3">
        <Button type="submit" look="primary" isPending={add.isPending}>
          {t("add")}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};
