"use client";

import { useEffect, useRef, useState } from "react";
import { TextInput } from "./field.tsx";

const QUIET_MS = 250;

/** A search that takes effect when the typing rests. */
export const SearchBox = ({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) => {
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <TextInput
      name="q"
      type="search"
      label={label}
      value={typed}
      narrow
      onChange={(next) => {
        setTyped(next);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => onChange(next), QUIET_MS);
      }}
    />
  );
};
