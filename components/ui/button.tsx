"use client";

import clsx from "clsx";
import Link from "next/link";
import type { ReactNode } from "react";
import { type ButtonProps, Button as RacButton } from "react-aria-components";

const LOOKS = {
  /** The one act of a page. */
  primary: "border-act bg-act text-on-act hover:bg-ink hover:border-ink hover:text-paper",
  plain: "border-edge bg-card text-act hover:border-act hover:bg-act-soft",
  grave: "border-stop bg-card text-stop hover:bg-stop-soft",
  quiet: "border-transparent bg-transparent text-act hover:bg-act-soft",
} as const;
export type Look = keyof typeof LOOKS;

const SHAPE =
  "inline-flex min-h-9 items-center justify-center gap-2 rounded border px-3.5 py-1.5 text-base leading-snug font-semibold text-center no-underline disabled:border-line disabled:bg-paper disabled:text-quiet";

type Props = Omit<ButtonProps, "className" | "children"> & { readonly look?: Look; readonly children: ReactNode };

/**
 * A button. While `isPending` it keeps the focus and a press does nothing. The library's own pending state is not used: it
 * leaves an announcement without a name behind when the button goes, which axe rightly calls an image without a text.
 */
export const Button = ({ look = "plain", isPending = false, onPress, type, children, ...props }: Props) => {
  const act = { ...(type === undefined ? {} : { type }), ...(onPress === undefined ? {} : { onPress }) };
  return (
    <RacButton
      {...props}
      {...(isPending ? { type: "button" as const } : act)}
      className={clsx(SHAPE, LOOKS[look], isPending && "cursor-progress")}
    >
      {children}
    </RacButton>
  );
};

/** A link that looks like a button: it goes somewhere, it does nothing. */
export const ButtonLink = ({
  href,
  look = "plain",
  children,
}: {
  readonly href: string;
  readonly look?: Look;
  readonly children: ReactNode;
}) => (
  <Link href={href} className={clsx(SHAPE, LOOKS[look])}>
    {children}
  </Link>
);

/** A file to take away, as a link that looks like a button. The browser fetches it by itself: no page is left. */
export const DownloadLink = ({
  href,
  name,
  children,
}: {
  readonly href: string;
  /** What the file is called; else as its address says. */
  readonly name?: string;
  readonly children: ReactNode;
}) => (
  <a href={href} download={name ?? true} className={clsx(SHAPE, LOOKS.plain)}>
    {children}
  </a>
);

/** A link in running text or a table. */
export const TextLink = ({
  href,
  strong = false,
  children,
}: {
  readonly href: string;
  readonly strong?: boolean;
  readonly children: ReactNode;
}) => (
  <Link
    href={href}
    className={clsx("text-act underline decoration-1 underline-offset-3 hover:decoration-2", strong && "font-semibold")}
  >
    {children}
  </Link>
);
