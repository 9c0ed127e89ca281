import clsx from "clsx";
import type { ReactNode } from "react";
import { TextLink } from "./button.tsx";

/** Title, one sentence that answers the page's question, the primary act at right. */
export const PageHead = ({
  title,
  answer,
  acts,
  trail,
}: {
  readonly title: string;
  readonly answer?: ReactNode;
  readonly acts?: ReactNode;
  readonly trail?: { readonly href: string; readonly label: string; readonly here: string };
}) => (
  <header>
    {trail === undefined ? null : (
      <p className="no-print mb-1 text-xs text-quiet">
        <TextLink href={trail.href}>{trail.label}</TextLink>
        <span aria-hidden>{" / "}</span>
        {trail.here}
      </p>
    )}
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0 flex-1 basis-96">
        <h1 className="text-2xl leading-tight tracking-tight">{title}</h1>
        {answer === undefined ? null : <p className="mt-1.5 max-w-[68ch] text-lg text-quiet">{answer}</p>}
      </div>
      {acts === undefined ? null : <div className="no-print flex flex-wrap gap-3">{acts}</div>}
    </div>
  </header>
);

export const Section = ({
  title,
  note,
  acts,
  children,
  className,
}: {
  readonly title: string;
  readonly note?: ReactNode;
  readonly acts?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}) => (
  <section className={clsx("mt-8", className)}>
    <div className="mb-2.5 flex flex-wrap items-baseline gap-x-2.5 gap-y-1">
      <h2 className="text-base">{title}</h2>
      {note === undefined ? null : <span className="text-xs text-quiet">{note}</span>}
      {acts === undefined ? null : <span className="no-print ml-auto">{acts}</span>}
    </div>
    {children}
  </section>
);

/** A box of rows, each a line of what is known. */
export const Rows = ({ children, label }: { readonly children: ReactNode; readonly label?: string }) => (
  <ul aria-label={label} className="rounded border border-line bg-card *:border-t *:border-line *:first:border-t-0">
    {children}
  </ul>
);

export const Mono = ({ children, title }: { readonly children: ReactNode; readonly title?: string }) => (
  <span className="mono" title={title} translate="no">
    {children}
  </span>
);

/** Terms and what they are: `[term, description]` in the order to be read; a null description is left out. */
export const Facts = ({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }) => (
  <dl className="grid grid-cols-1 gap-x-4 gap-y-0.5 sm:grid-cols-[148px_1fr] sm:gap-y-2">
    {facts
      .filter(([, description]) => description !== null && description !== undefined)
      .map(([term, description]) => (
        <div key={term} className="keep col-span-full grid grid-cols-subgrid max-sm:mb-2">
          <dt className="text-quiet">{term}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">{description}</dd>
        </div>
      ))}
  </dl>
);

const TONES = {
  way: "border-way bg-way-soft",
  stop: "border-stop bg-stop-soft",
  force: "border-force bg-force-soft",
  act: "border-act bg-act-soft",
} as const;

/** Something to know before going on. */
export const Notice = ({
  tone = "way",
  title,
  children,
}: {
  readonly tone?: keyof typeof TONES;
  readonly title?: string;
  readonly children: ReactNode;
}) => (
  <div className={clsx("keep mt-4 max-w-[86ch] border-l-4 px-3.5 py-2.5", TONES[tone])}>
    {title === undefined ? null : <b className="font-semibold">{title} </b>}
    {children}
  </div>
);

/** Nothing here yet: what would stand here, and the one act that begins it. */
export const EmptyState = ({ children, act }: { readonly children: ReactNode; readonly act?: ReactNode }) => (
  <div className="rounded border border-dashed border-edge px-5 py-8 text-center text-quiet">
    <p className="mx-auto max-w-[60ch]">{children}</p>
    {act === undefined ? null : <div className="mt-4">{act}</div>}
  </div>
);
