"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type ComponentProps, type FormEvent, useRef, useState } from "react";
import { acts, newKey } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { TokenView } from "#lib/contracts/tokens.ts";
import { SCOPES, type Scope } from "#lib/domain/access.ts";
import { Button } from "../ui/button.tsx";
import { ManyChoices, TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { EmptyState, Mono, Rows, Section } from "../ui/page.tsx";
import { ErrorSummary, type Fault, Refused, useFieldErrors } from "../ui/problem.tsx";
import { When } from "../ui/when.tsx";
import { ShownOnce } from "./shown-once.tsx";

const SCOPE_KEYS = {
  "directory:read": "directoryRead",
  "directory:write": "directoryWrite",
  "agreements:read": "agreementsRead",
  "agreements:write": "agreementsWrite",
  "audit:read": "auditRead",
} as const satisfies Record<Exclude<Scope, "calendar:read">, string>;
// An address for a calendar is made where it is explained.
const OFFERED = SCOPES.filter((scope) => scope !== "calendar:read");

type Wanted = { readonly name: string; readonly scopes: readonly string[]; readonly days: string };

const useCreate = ({ name, scopes, days }: Wanted, onToken: (token: string) => void, onDone: () => void) => {
  const client = useQueryClient();
  const key = useRef(newKey());
  const create = useMutation({
    mutationFn: () =>
      acts.createToken(
        { name, scopes: SCOPES.filter((scope) => scopes.includes(scope)), days: Number(days) },
        key.current,
      ),
    onSuccess: ({ token }) => {
      void client.invalidateQueries({ queryKey: ["tokens"] });
      onToken(token ?? "");
      onDone();
    },
    onError: () => {
      key.current = newKey();
    },
  });
  return create;
};

type ScopeChoicesProps = Pick<ComponentProps<typeof ManyChoices>, "value" | "onChange" | "error">;

const ScopeChoices = (given: ScopeChoicesProps) => {
  const t = useTranslations("tokens");
  return (
    <ManyChoices
      {...given}
      name="scopes"
      label={t("scopes")}
      hint={t("neverDecide")}
      options={OFFERED.map((value) => ({
        value,
        label: t(`scope.${SCOPE_KEYS[value]}`),
        hint: <Mono>{value}</Mono>,
      }))}
    />
  );
};

const Create = ({ onDone, onToken }: { readonly onDone: () => void; readonly onToken: (token: string) => void }) => {
  const t = useTranslations("tokens");
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly string[]>(["directory:read"]);
  const [days, setDays] = useState("90");
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const create = useCreate({ name, scopes, days }, onToken, onDone);
  const fields = useFieldErrors(create.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const wrong: Fault[] = [
      ...(name.trim() === "" ? [{ field: "token-name", sentence: t("nameMissing") }] : []),
      ...(scopes.length === 0 ? [{ field: "scopes-directory:read", sentence: t("scopesMissing") }] : []),
    ];
    setFaults(wrong);
    if (wrong.length === 0) create.mutate();
  };
  return (
    <form onSubmit={submit} noValidate className="mb-5 space-y-5 rounded border border-edge bg-card px-5 py-4">
      <ErrorSummary faults={faults} error={create.error} />
      <TextInput
        name="token-name"
        label={t("name")}
        hint={t("nameHint")}
        value={name}
        onChange={setName}
        error={faults.find(({ field }) => field === "token-name")?.sentence ?? fields["name"]}
        narrow
        isRequired
      />
      <ScopeChoices
        value={scopes}
        onChange={setScopes}
        error={faults.find(({ field }) => field !== "token-name")?.sentence ?? fields["scopes"]}
      />
      <TextInput
        name="days"
        type="number"
        label={t("days")}
        value={days}
        onChange={setDays}
        error={fields["days"]}
        narrow
      />
      <div className="flex gap-3">
        <Button type="submit" look="primary" isPending={create.isPending}>
          {t("create")}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};

const Row = ({ token, revoke }: { readonly token: TokenView; readonly revoke: (id: string) => void }) => {
  const t = useTranslations("tokens");
  return (
    <li className="flex flex-wrap items-center gap-x-5 gap-y-1 px-4 py-2.5">
      <b className="font-semibold">{token.name}</b>
      <Mono>{token.prefix}…</Mono>
      <span className="text-sm text-quiet">{token.scopes.join(", ")}</span>
      <span className="ml-auto text-xs text-quiet">
        {t(`state.${token.state}`)} · {t("expires")} <When at={token.expiresAt} day />
        {token.lastUsedAt === null ? (
          <> · {t("neverUsed")}</>
        ) : (
          <>
            {" "}
            · {t("used")} <When at={token.lastUsedAt} />
          </>
        )}
      </span>
      {token.state === "active" ? (
        <Button look="grave" onPress={() => revoke(token.id)} aria-label={t("revokeName", { name: token.name })}>
          {t("revoke")}
        </Button>
      ) : null}
    </li>
  );
};

/** The reader's own API tokens. */
export const Tokens = () => {
  const t = useTranslations("tokens");
  const client = useQueryClient();
  const [creating, setCreating] = useState(false);
  const [token, setToken] = useState("");
  const query = useQuery(queries.tokens());
  const revoke = useMutation({
    mutationFn: acts.revokeToken,
    onSettled: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
  const begin = <Button onPress={() => setCreating(true)}>{t("new")}</Button>;
  return (
    <Section title={t("title")} note={t("note")} acts={creating ? undefined : begin}>
      {token === "" ? null : <ShownOnce label={t("shownOnce")} secret={token} onDone={() => setToken("")} />}
      {creating ? <Create onDone={() => setCreating(false)} onToken={setToken} /> : null}
      <Refused error={revoke.error} />
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState>{t("empty")}</EmptyState>
          ) : (
            <Rows label={t("title")}>
              {items.map((item) => (
                <Row key={item.id} token={item} revoke={(id) => revoke.mutate(id)} />
              ))}
            </Rows>
          )
        }
      </Loaded>
    </Section>
  );
};
