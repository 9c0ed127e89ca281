"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { z } from "zod";
import type { ChangeView } from "#lib/contracts/changes.ts";
import { BeforeAfter } from "../audit/details.tsx";
import { useCountryName } from "../homeservers/country.tsx";
import { Mono } from "../ui/page.tsx";

const Named = z.object({ serverName: z.string() });
const Override = z.object({
  override: z.object({ host: z.string(), port: z.number(), ca: z.string().nullish() }).nullable(),
});
const Country = z.object({ country: z.string().nullable() });
const Approvers = z.object({ approversRequired: z.number() });
const Role = z.object({ action: z.enum(["grant", "end"]) });

type Row = { readonly field: string; readonly before: ReactNode; readonly after: ReactNode };

const Authority = ({ pem }: { readonly pem: string }) => (
  <pre className="mono max-h-40 max-w-[66ch] overflow-auto text-xs break-all whitespace-pre-wrap">{pem}</pre>
);

const useRows = () => {
  const t = useTranslations("changes");
  const countryName = useCountryName();
  const address = (values: unknown): ReactNode => {
    const { override = null } = Override.safeParse(values).data ?? {};
    return override === null ? t("found") : <Mono>{`${override.host}:${override.port}`}</Mono>;
  };
  const authority = (values: unknown): ReactNode => {
    const ca = Override.safeParse(values).data?.override?.ca ?? null;
    return ca === null ? t("none") : <Authority pem={ca} />;
  };
  const print = (fingerprint: string | null): ReactNode =>
    fingerprint === null ? t("none") : <Mono>{fingerprint}</Mono>;
  return ({ kind, before, after, keys }: ChangeView): readonly Row[] => {
    if (kind === "server_name") {
      const [was, now] = [Named.safeParse(before), Named.safeParse(after)];
      const name = (read: typeof was): ReactNode => <Mono>{read.data?.serverName ?? "–"}</Mono>;
      return [{ field: t("fields.serverName"), before: name(was), after: name(now) }];
    }
    if (kind === "override")
      return [
        { field: t("fields.address"), before: address(before), after: address(after) },
        { field: t("fields.ca"), before: authority(before), after: authority(after) },
      ];
    if (kind === "country") {
      const name = (values: unknown): string => {
        const code = Country.safeParse(values).data?.country ?? null;
        return code === null ? t("none") : countryName(code);
      };
      return [{ field: t("fields.country"), before: name(before), after: name(after) }];
    }
    if (kind === "approvers_required") {
      const count = (values: unknown): string => String(Approvers.safeParse(values).data?.approversRequired ?? "–");
      return [{ field: t("fields.approversRequired"), before: count(before), after: count(after) }];
    }
    return keys.map((key) => ({
      field: t("fields.key", { keyId: key.keyId }),
      before: print(key.before),
      after: print(key.after),
    }));
  };
};

/** What a change changes, in words where there are words for it. */
export const Difference = ({ change }: { readonly change: ChangeView }) => {
  const t = useTranslations("changes");
  const rows = useRows()(change);
  const role = change.kind === "approver_role" ? Role.safeParse(change.after).data?.action : undefined;
  if (role !== undefined) return <p>{t(role, { name: change.about?.name ?? t("someone") })}</p>;
  if (rows.length === 0) return <BeforeAfter before={change.before} after={change.after} />;
  return (
    <div className="overflow-x-auto rounded border border-line bg-card">
      <table className="w-full border-collapse text-left">
        <thead>
          <tr className="text-sm text-quiet">
            <th scope="col" className="px-4 py-2 font-normal">
              {t("field")}
            </th>
            <th scope="col" className="px-4 py-2 font-normal">
              {t(change.state === "open" ? "now" : "was")}
            </th>
            <th scope="col" className="px-4 py-2 font-normal">
              {t("then")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ field, before, after }) => (
            <tr key={field} className="border-t border-line align-top">
              <th scope="row" className="px-4 py-2 font-semibold">
                {field}
              </th>
              <td className="px-4 py-2 text-quiet">{before}</td>
              <td className="px-4 py-2 font-semibold">{after}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};
