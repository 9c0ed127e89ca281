"use client";

import clsx from "clsx";
import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import {
  Checkbox,
  CheckboxGroup,
  FieldError,
  Input,
  Label,
  Radio,
  RadioGroup,
  Text,
  TextArea,
  TextField,
} from "react-aria-components";

export const INPUT =
  "w-full rounded border border-edge bg-card px-3 py-1.5 text-base text-ink min-h-9 data-[invalid]:border-stop data-[invalid]:border-2";

type Common = {
  /** Also the id of the input, so that the summary of errors can lead to it. */
  readonly name: string;
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
};

/** Hint and error of one field, below its label and above the input, where a magnifier still sees them. */
export const FieldNotes = ({ hint, error }: Pick<Common, "hint" | "error">) => (
  <>
    {hint === undefined ? null : (
      <Text slot="description" className="text-sm text-quiet">
        {hint}
      </Text>
    )}
    {error === undefined ? null : (
      <FieldError className="flex items-start gap-1.5 text-sm font-semibold text-stop">
        <CircleAlert size={16} strokeWidth={1.75} aria-hidden className="mt-0.5 flex-none" />
        {error}
      </FieldError>
    )}
  </>
);

type TextInputProps = Common & {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: "text" | "email" | "date" | "search" | "tel" | "url" | "number" | "password";
  readonly lines?: number;
  readonly mono?: boolean;
  readonly isRequired?: boolean;
  readonly autoComplete?: string;
  readonly narrow?: boolean;
};

/** One line of text, or several where `lines` is given. */
export const TextInput = ({
  name,
  label,
  hint,
  error,
  lines,
  mono,
  narrow,
  type = "text",
  ...props
}: TextInputProps) => (
  <TextField
    {...props}
    name={name}
    type={type}
    validationBehavior="aria"
    isInvalid={error !== undefined}
    className={clsx("flex flex-col gap-1", narrow ? "max-w-xs" : "max-w-2xl")}
  >
    <Label className="font-semibold">{label}</Label>
    <FieldNotes hint={hint} error={error} />
    {lines === undefined ? (
      <Input id={name} className={clsx(INPUT, mono && "mono")} />
    ) : (
      <TextArea id={name} rows={lines} className={INPUT} />
    )}
  </TextField>
);

export type Option = { readonly value: string; readonly label: string; readonly hint?: ReactNode };

const BOX = "flex size-5 flex-none items-center justify-center border border-edge bg-card mt-0.5";
const CHOICE =
  "group flex min-h-9 items-start gap-2.5 rounded px-1 py-1 data-[focus-visible]:outline-3 data-[focus-visible]:outline-act data-[focus-visible]:outline-offset-2";

/** One of a few. */
export const Choices = ({
  name,
  label,
  hint,
  error,
  options,
  value,
  onChange,
}: Common & {
  readonly options: readonly Option[];
  readonly value: string;
  readonly onChange: (v: string) => void;
}) => (
  <RadioGroup
    name={name}
    // Null where nothing is chosen: any other value that is no option would take every radio out of the tab order.
    value={options.some((option) => option.value === value) ? value : null}
    onChange={onChange}
    validationBehavior="aria"
    isInvalid={error !== undefined}
    className="flex max-w-2xl flex-col gap-1"
  >
    <Label className="font-semibold">{label}</Label>
    <FieldNotes hint={hint} error={error} />
    {options.map((option) => (
      <Radio key={option.value} value={option.value} id={`${name}-${option.value}`} className={CHOICE}>
        <span className={clsx(BOX, "rounded-full group-data-[selected]:border-6 group-data-[selected]:border-act")} />
        <span>
          {option.label}
          {option.hint === undefined ? null : <span className="block text-sm text-quiet">{option.hint}</span>}
        </span>
      </Radio>
    ))}
  </RadioGroup>
);

/** Any number of a few. */
export const ManyChoices = ({
  name,
  label,
  hint,
  error,
  options,
  value,
  onChange,
}: Common & {
  readonly options: readonly Option[];
  readonly value: readonly string[];
  readonly onChange: (v: string[]) => void;
}) => (
  <CheckboxGroup
    name={name}
    value={[...value]}
    onChange={onChange}
    validationBehavior="aria"
    isInvalid={error !== undefined}
    className="flex max-w-2xl flex-col gap-1"
  >
    <Label className="font-semibold">{label}</Label>
    <FieldNotes hint={hint} error={error} />
    {options.map((option) => (
      <Checkbox key={option.value} value={option.value} id={`${name}-${option.value}`} className={CHOICE}>
        <span className={clsx(BOX, "rounded-xs group-data-[selected]:border-6 group-data-[selected]:border-act")} />
        <span>
          {option.label}
          {option.hint === undefined ? null : <span className="block text-sm text-quiet">{option.hint}</span>}
        </span>
      </Checkbox>
    ))}
  </CheckboxGroup>
);
