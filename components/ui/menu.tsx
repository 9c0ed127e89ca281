"use client";

import { ChevronDown } from "lucide-react";
import type { ReactNode } from "react";
import { Button, Menu, MenuItem, MenuTrigger, Popover, type Selection } from "react-aria-components";
import { FLOATING, ITEM } from "./select.tsx";

export type MenuEntry = { readonly id: string; readonly label: string; readonly lang?: string };

/** A menu behind a word. With `selected` it is a choice of one. */
export const MenuButton = ({
  label,
  children,
  entries,
  selected,
  onAction,
}: {
  /** What a screen reader calls the button. */
  readonly label: string;
  readonly children: ReactNode;
  readonly entries: readonly MenuEntry[];
  readonly selected?: string;
  readonly onAction: (id: string) => void;
}) => {
  const choice =
    selected === undefined
      ? {}
      : { selectionMode: "single" as const, selectedKeys: new Set([selected]) satisfies Selection };
  return (
    <MenuTrigger>
      <Button
        aria-label={label}
        className="inline-flex min-h-8 max-w-64 items-center gap-1 rounded border border-transparent px-1.5 text-sm hover:border-edge"
      >
        <span className="truncate">{children}</span>
        <ChevronDown size={16} strokeWidth={1.75} aria-hidden className="flex-none text-quiet" />
      </Button>
      <Popover placement="bottom end" className={FLOATING}>
        <Menu
          aria-label={label}
          items={entries}
          onAction={(key) => onAction(String(key))}
          className="outline-none"
          {...choice}
        >
          {(entry) => (
            <MenuItem className={ITEM} textValue={entry.label}>
              <span lang={entry.lang}>{entry.label}</span>
            </MenuItem>
          )}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
};
