"use client";

import { useTranslations } from "next-intl";
import type { z } from "zod";
import type { CreateAgency } from "#lib/contracts/directory.ts";
import { MEMBER_CLASSES, type MemberClass } from "#lib/domain/directory.ts";
import { IDENTIFIER_SCHEMES, type IdentifierScheme, parseIdentifier } from "#lib/domain/identifier.ts";
import { TextInput } from "../ui/field.tsx";
import { useSentence } from "../ui/problem.tsx";
import { SelectInput } from "../ui/select.tsx";

export type AgencyDraft = {
  readonly nameSv: string;
  readonly nameEn: string;
  readonly scheme: IdentifierScheme;
  readonly value: string;
  readonly memberClass: MemberClass;
  readonly contactName: string;
  readonly contactEmail: string;
};

export const EMPTY_AGENCY: AgencyDraft = {
  nameSv: "",
  nameEn: "",
  scheme: "orgnr",
  value: "",
  memberClass: "state_agency",
  contactName: "",
  contactEmail: "",
};

/** The draft as the interface takes it; a first contact, where one is given, is the one for incidents. */
export const agencyOf = (draft: AgencyDraft): z.input<typeof CreateAgency> => ({
  name: { sv: draft.nameSv, en: draft.nameEn === "" ? draft.nameSv : draft.nameEn },
  identifier: { scheme: draft.scheme, value: draft.value },
  memberClass: draft.memberClass,
  contacts: draft.contactEmail === "" ? [] : [{ kind: "incident", name: draft.contactName, email: draft.contactEmail }],
});

type Props = {
  readonly draft: AgencyDraft;
  readonly change: (more: Partial<AgencyDraft>) => void;
  readonly errors: Readonly<Record<string, string>>;
  /** Where the agency lies in the body that is sent: `agency.` for a part of it. */
  readonly prefix?: string;
};

const Identifier = ({ draft, change, errors, prefix = "" }: Props) => {
  const t = useTranslations("agencyForm");
  const scheme = useTranslations("scheme");
  const sentence = useSentence();
  const checked = parseIdentifier(draft.scheme, draft.value);
  // Checked as it is typed, but not before there could be anything to check.
  const typed = draft.value.length >= 10 && !checked.ok ? sentence(checked.error, undefined, "") : undefined;
  return (
    <>
      <SelectInput
        name="scheme"
        label={t("scheme")}
        value={draft.scheme}
        onChange={(value) => change({ scheme: IDENTIFIER_SCHEMES.find((each) => each === value) ?? "orgnr" })}
        options={IDENTIFIER_SCHEMES.map((value) => ({ value, label: scheme(value) }))}
      />
      <TextInput
        name="identifier"
        label={scheme(draft.scheme)}
        value={draft.value}
        onChange={(value) => change({ value })}
        error={errors[`${prefix}identifier.value`] ?? errors[`${prefix}identifier`] ?? typed}
        narrow
      />
    </>
  );
};

/** The fields of an agency, wherever one is begun. */
export const AgencyFields = (props: Props) => {
  const { draft, change, errors, prefix = "" } = props;
  const t = useTranslations("agencyForm");
  const memberClass = useTranslations("memberClass");
  return (
    <>
      <TextInput
        name="nameSv"
        label={t("nameSv")}
        value={draft.nameSv}
        onChange={(nameSv) => change({ nameSv })}
        error={errors[`${prefix}name.sv`]}
        isRequired
      />
      <TextInput
        name="nameEn"
        label={t("nameEn")}
        hint={t("nameEnHint")}
        value={draft.nameEn}
        onChange={(nameEn) => change({ nameEn })}
        error={errors[`${prefix}name.en`]}
      />
      <Identifier {...props} />
      <SelectInput
        name="memberClass"
        label={t("memberClass")}
        value={draft.memberClass}
        onChange={(value) => change({ memberClass: MEMBER_CLASSES.find((each) => each === value) ?? "state_agency" })}
        options={MEMBER_CLASSES.map((value) => ({ value, label: memberClass(value) }))}
        error={errors[`${prefix}memberClass`]}
      />
      <TextInput
        name="contactName"
        label={t("contactName")}
        hint={t("contactHint")}
        value={draft.contactName}
        onChange={(contactName) => change({ contactName })}
        error={errors[`${prefix}contacts.0.name`]}
      />
      <TextInput
        name="contactEmail"
        type="email"
        label={t("contactEmail")}
        value={draft.contactEmail}
        onChange={(contactEmail) => change({ contactEmail })}
        error={errors[`${prefix}contacts.0.email`]}
      />
    </>
  );
};
