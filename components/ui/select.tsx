"use client";

import clsx from "clsx";
import { ChevronDown } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from "react-aria-components";
import { FieldNotes, type Option } from "./field.tsx";

export const FLOATING =
  "arrive rounded border border-edge bg-card p-1 shadow-lg max-h-80 overflow-auto min-w-(--trigger-width)";
export const ITEM =
  "flex min-h-8 cursor-default items-center justify-between gap-4 rounded px-2.5 py-1 outline-none data-[focused]:bg-act-soft data-[focused]:text-act data-[selected]:font-semibold no-underline text-ink";

/** One of many. Without `showLabel` the label is for screen readers alone. */
export const SelectInput = ({
  name,
  label,
  hint,
  error,
  options,
  value,
  onChange,
  showLabel = true,
}: {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly options: readonly Option[];
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly showLabel?: boolean;
}) => {
  const t = useTranslations("ui");
  return (
    <Select
      placeholder={t("choose")}
      selectedKey={value}
      onSelectionChange={(key) => onChange(String(key))}
      validationBehavior="aria"
      isInvalid={error !== undefined}
      className="flex max-w-2xl flex-col gap-1"
      {...(showLabel ? {} : { "aria-label": label })}
    >
      {showLabel ? <Label className="font-semibold">{label}</Label> : null}
      <FieldNotes hint={hint} error={error} />
      <Button
        id={name}
        className="inline-flex min-h-9 w-full items-center justify-between gap-2 rounded border border-edge bg-card px-3 py-1 text-left hover:border-act"
      >
        <SelectValue className="truncate" />
        <ChevronDown size={16} strokeWidth={1.75} aria-hidden className="flex-none text-quiet" />
      </Button>
      <Popover className={clsx(FLOATING)}>
        <ListBox items={options.map((option) => ({ id: option.value, label: option.label }))} className="outline-none">
          {(item) => (
            <ListBoxItem className={ITEM} textValue={item.label}>
              {item.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
};
