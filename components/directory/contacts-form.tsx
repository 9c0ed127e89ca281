"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { AgencyView } from "#lib/contracts/directory.ts";
import { CONTACT_KINDS, type ContactKind } from "#lib/domain/directory.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { ErrorSummary, useFieldErrors } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";

type Contact = { readonly kind: ContactKind; readonly name: string; readonly email: string; readonly phone: string };

/** One contact of each kind; a kind without name and address is left out. */
const contactsOf = (agency: AgencyView | undefined): readonly Contact[] =>
  CONTACT_KINDS.map((kind) => {
    const known = agency?.contacts.find((contact) => contact.kind === kind);
    return { kind, name: known?.name ?? "", email: known?.email ?? "", phone: known?.phone ?? "" };
  });

const useSave = (agency: AgencyView, onDone: () => void) => {
  const t = useTranslations("agency");
  const client = useQueryClient();
  const say = useSay();
  const save = useMutation({
    mutationFn: (given: readonly Contact[]) =>
      acts.updateAgency(
        agency.id,
        { contacts: given.map(({ phone, ...rest }) => ({ ...rest, phone: phone === "" ? null : phone })) },
        agency.version,
      ),
    onSuccess: (view) => {
      client.setQueryData(queries.agency(agency.id).queryKey, view);
      say(t("contactsSaved"));
      onDone();
    },
  });
  return save;
};

export const ContactsForm = ({ agency, onDone }: { readonly agency: AgencyView; readonly onDone: () => void }) => {
  const t = useTranslations("agency");
  const kindName = useTranslations("contactKind");
  const [contacts, setContacts] = useState(() => contactsOf(agency));
  const save = useSave(agency, onDone);
  const fields = useFieldErrors(save.error);
  const given = contacts.filter(({ name, email }) => name !== "" || email !== "");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate(given);
  };
  const change = (kind: ContactKind, more: Partial<Contact>): void =>
    setContacts((before) => before.map((contact) => (contact.kind === kind ? { ...contact, ...more } : contact)));
  const errorOf = (kind: ContactKind, field: string): string | undefined =>
    fields[`contacts.${given.findIndex((contact) => contact.kind === kind)}.${field}`];
  return (
    <form onSubmit={submit} noValidate className="mb-5 space-y-5 rounded border border-edge bg-card px-5 py-4">
      <ErrorSummary faults={[]} error={save.error} />
      {contacts.map(({ kind, name, email, phone }) => (
        <fieldset key={kind} className="grid gap-3 sm:grid-cols-3">
          <legend className="mb-1 font-semibold">{kindName(kind)}</legend>
          <TextInput
            name={`${kind}-name`}
            label={t("contactName")}
            value={name}
            onChange={(v) => change(kind, { name: v })}
            error={errorOf(kind, "name")}
          />
          <TextInput
            name={`${kind}-email`}
            type="email"
            label={t("contactEmail")}
            value={email}
            onChange={(v) => change(kind, { email: v })}
            error={errorOf(kind, "email")}
          />
          <TextInput
            name={`${kind}-phone`}
            type="tel"
            label={t("contactPhone")}
            value={phone}
            onChange={(v) => change(kind, { phone: v })}
            error={errorOf(kind, "phone")}
          />
        </fieldset>
      ))}
      <div className="flex gap-3">
        <Button type="submit" look="primary" isPending={save.isPending}>
          {t("save")}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};
