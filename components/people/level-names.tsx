"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { LevelNamesView } from "#lib/contracts/level-names.ts";
import { LEVELS } from "#lib/domain/classification.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Facts, Section } from "../ui/page.tsx";
import { ErrorSummary, useFieldErrors } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";

/** KLASSA's own names of its levels of confidentiality (SKR, KLASSA 4). */
const KLASSA = ["K0 Ingen", "K1 Måttlig", "K2 Betydande", "K3 Allvarlig"] as const;

type Props = { readonly view: LevelNamesView; readonly onDone: () => void };

const useSave = ({ view, onDone }: Props) => {
  const t = useTranslations("levelNames");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (names: readonly string[]) =>
      acts.setLevelNames(view.agency, {
        number: view.number,
        names: names.map((name) => (name.trim() === "" ? null : name)),
      }),
    onSuccess: (saved) => {
      client.setQueryData(queries.levelNames(view.agency).queryKey, saved);
      say(t("saved"));
      onDone();
    },
  });
};

const Form = ({ view, onDone }: Props) => {
  const t = useTranslations("levelNames");
  const level = useTranslations("level");
  const [names, setNames] = useState<readonly string[]>(view.names.map((name) => name ?? ""));
  const save = useSave({ view, onDone });
  const fields = useFieldErrors(save.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate(names);
  };
  return (
    <form onSubmit={submit} noValidate className="space-y-5 rounded border border-edge bg-card px-5 py-4">
      <ErrorSummary faults={[]} error={save.error} />
      {LEVELS.map((each) => (
        <TextInput
          key={each}
          name={`levelName${each}`}
          label={level(`${each}`)}
          value={names[each] ?? ""}
          onChange={(name) => setNames((before) => before.map((old, place) => (place === each ? name : old)))}
          error={fields[`names.${each}`]}
          narrow
        />
      ))}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="primary" isPending={save.isPending}>
          {t("save")}
        </Button>
        <Button onPress={() => setNames(KLASSA)}>{t("klassa")}</Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};

/** What the reader's agency calls each level of the federation's scale; its administrator sets it. */
export const LevelNames = ({ agency }: { readonly agency: string }) => {
  const t = useTranslations("levelNames");
  const level = useTranslations("level");
  const [editing, setEditing] = useState(false);
  const query = useQuery(queries.levelNames(agency));
  const edit =
    query.data?.maySet === true && !editing ? (
      <Button look="quiet" onPress={() => setEditing(true)}>
        {t("edit")}
      </Button>
    ) : undefined;
  return (
    <Section title={t("title")} note={t("note")} acts={edit}>
      <Loaded query={query}>
        {(view) =>
          editing ? (
            <Form view={view} onDone={() => setEditing(false)} />
          ) : (
            <Facts
              facts={LEVELS.map((each) => [
                level(`${each}`),
                view.names[each] ?? (
                  <span key={each} className="text-quiet">
                    {t("noName")}
                  </span>
                ),
              ])}
            />
          )
        }
      </Loaded>
    </Section>
  );
};
