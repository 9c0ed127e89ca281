"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { queries } from "#lib/client/queries.ts";
import { Loaded } from "../ui/loaded.tsx";
import { When } from "../ui/when.tsx";

/** What trying the contract on a real server last showed, what could not be tried included. */
export const Conformance = ({ id }: { readonly id: string }) => {
  const t = useTranslations("conformance");
  return (
    <Loaded query={useQuery(queries.conformance(id))}>
      {({ report }) =>
        report === null ? (
          <p className="text-quiet">{t("none")}</p>
        ) : (
          <>
            <p className="text-quiet">{t.rich("at", { at: () => <When at={report.at} /> })}</p>
            <dl className="mt-2 grid grid-cols-[minmax(8rem,auto)_1fr] gap-x-4 gap-y-1">
              {report.checks.map(({ check, outcome, detail }) => (
                <div key={check} className="col-span-full grid grid-cols-subgrid">
                  <dt className="text-quiet">{t(`check.${check}`)}</dt>
                  <dd>
                    <b className={outcome === "fail" ? "font-semibold text-stop" : "font-semibold"}>
                      {t(`outcome.${outcome}`)}
                    </b>
                    <span className="text-quiet" lang="en">
                      {" · "}
                      {detail}
                    </span>
                  </dd>
                </div>
              ))}
            </dl>
          </>
        )
      }
    </Loaded>
  );
};
