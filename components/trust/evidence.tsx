"use client";

import { useTranslations } from "next-intl";
import type { LaneView } from "#lib/contracts/trust.ts";
import { Mono } from "../ui/page.tsx";
import { When } from "../ui/when.tsx";

/** What each server was last seen to do, lane by lane, in words: the same as the picture, to be read and printed. */
export const Evidence = ({ lanes }: { readonly lanes: readonly LaneView[] }) => {
  const t = useTranslations("evidence");
  const line = useTranslations("trustLine");
  if (lanes.length === 0) return <p className="text-quiet">{t("none")}</p>;
  return (
    <div className="space-y-4">
      {lanes.map((lane) => (
        <div key={`${lane.from.id}${lane.to.id}`} className="keep">
          <h3 className="text-sm font-semibold">
            {t.rich("lane", {
              from: lane.from.serverName,
              to: lane.to.serverName,
              mono: (chunks) => <Mono>{chunks}</Mono>,
            })}
          </h3>
          <dl className="mt-1 grid grid-cols-[6.5rem_1fr] gap-x-4 gap-y-1">
            {lane.stations.map(({ station, state, at, by }) => (
              <div key={station} className="col-span-full grid grid-cols-subgrid">
                <dt className="text-quiet">{line(`station.${station}`)}</dt>
                <dd>
                  {line(`state.${state}`)}
                  {at === null ? null : (
                    <>
                      {" · "}
                      <When at={at} />
                    </>
                  )}
                  {state === "not_yet" ? null : <span className="text-quiet"> · {line(`by.${by}`)}</span>}
                </dd>
              </div>
            ))}
            {lane.path === null ? null : (
              <div className="col-span-full grid grid-cols-subgrid">
                <dt className="text-quiet">{t("path", { from: lane.from.serverName })}</dt>
                <dd>
                  {t(`outcome.${lane.path.outcome}`)} · <When at={lane.path.at} />
                </dd>
              </div>
            )}
          </dl>
        </div>
      ))}
    </div>
  );
};
