"use client";

import clsx from "clsx";
import { Check } from "lucide-react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";

/** Filters above a table. At most one is on; pressing it again takes it away. */
export const Chips = ({
  label,
  options,
  value,
  onChange,
}: {
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}) => (
  <ToggleButtonGroup
    aria-label={label}
    selectionMode="single"
    selectedKeys={value === undefined ? [] : [value]}
    onSelectionChange={(keys) => onChange([...keys].map(String)[0])}
    className="flex flex-wrap items-center gap-1.5"
  >
    <span aria-hidden className="mr-1 text-sm text-quiet">
      {label}
    </span>
    {options.map((option) => (
      <ToggleButton
        key={option.value}
        id={option.value}
        className={clsx(
          "group inline-flex min-h-7 items-center gap-1 rounded-full border border-edge bg-card px-2.5 text-sm",
          "hover:border-act data-[selected]:border-act data-[selected]:bg-act-soft data-[selected]:font-semibold data-[selected]:text-act",
        )}
      >
        <Check size={16} strokeWidth={1.75} aria-hidden className="hidden group-data-[selected]:inline" />
        {option.label}
      </ToggleButton>
    ))}
  </ToggleButtonGroup>
);
