"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { queries } from "#lib/client/queries.ts";
import type { ExposureView } from "#lib/contracts/surroundings.ts";
import { Loaded } from "../ui/loaded.tsx";
import { Mono, Section } from "../ui/page.tsx";
import { When } from "../ui/when.tsx";

type Seen = ExposureView["servers"][number];

const Third = ({ seen }: { readonly seen: Seen }) => {
  const t = useTranslations("exposure");
  const strangers = seen.third.filter(({ agreed }) => !agreed);
  if (strangers.length === 0) return <p>{t("none")}</p>;
  const rooms = Math.max(...strangers.map((one) => one.rooms));
  return (
    <>
      <p>{t("third", { rooms, servers: strangers.length, partner: seen.partner.serverName })}</p>
      <ul className="mt-1 space-y-1">
        {strangers.map(({ serverName, rooms: shared, people }) => (
          <li key={serverName}>
            <Mono>{serverName}</Mono> <span className="text-quiet">{t("counts", { rooms: shared, people })}</span>
          </li>
        ))}
      </ul>
    </>
  );
};

/** Who else sits in the rooms that the reader's own servers share with the other side; after the end, who is still there. */
export const Exposure = ({ agreement, closed }: { readonly agreement: string; readonly closed: boolean }) => {
  const t = useTranslations("exposure");
  const query = useQuery(queries.exposure(agreement));
  return (
    <Section title={t(closed ? "titleClosed" : "title")} note={t("note")}>
      <Loaded query={query}>
        {({ servers }) =>
          servers.length === 0 ? (
            <p className="text-quiet">{t("unknown")}</p>
          ) : (
            servers.map((seen) => (
              <div key={`${seen.own.id}${seen.partner.id}`} className="keep mt-3">
                <h3 className="text-sm font-semibold">
                  {t.rich("pair", {
                    own: seen.own.serverName,
                    partner: seen.partner.serverName,
                    mono: (chunks) => <Mono>{chunks}</Mono>,
                  })}
                </h3>
                <p>
                  {t("shared", { rooms: seen.rooms, ours: seen.ours, theirs: seen.theirs })}{" "}
                  <span className="text-quiet">{t.rich("asOf", { at: () => <When at={seen.at} /> })}</span>
                </p>
                {closed && seen.rooms > 0 ? <p className="mt-1 max-w-[72ch]">{t("remains")}</p> : null}
                <Third seen={seen} />
              </div>
            ))
          )
        }
      </Loaded>
    </Section>
  );
};
