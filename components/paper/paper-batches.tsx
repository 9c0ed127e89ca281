"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { queries } from "#lib/client/queries.ts";
import type { ImportList } from "#lib/contracts/imports.ts";
import { TextLink } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Section } from "../ui/page.tsx";
import { Table } from "../ui/table.tsx";
import { When } from "../ui/when.tsx";

/** The batches that were brought in, the newest first. */
export const PaperBatches = () => {
  const t = useTranslations("paper");
  const query = useQuery(queries.imports());
  return (
    <Section title={t("batches")}>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-quiet">{t("none")}</p>
          ) : (
            <Table<ImportList["items"][number]>
              label={t("batches")}
              rows={items}
              rowKey={({ id }) => id}
              columns={[
                {
                  key: "at",
                  title: t("at"),
                  cell: ({ id, createdAt }) => (
                    <TextLink href={`/agreements/imports/${id}`}>
                      <When at={createdAt} />
                    </TextLink>
                  ),
                },
                { key: "count", title: t("count"), cell: ({ agreements }) => agreements },
                {
                  key: "state",
                  title: t("state"),
                  cell: ({ withdrawn, confirmed, parties }) =>
                    withdrawn ? t("withdrawn") : t("confirmedOf", { confirmed, parties }),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
};
