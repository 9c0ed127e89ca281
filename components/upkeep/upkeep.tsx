"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { UpkeepView } from "#lib/contracts/upkeep.ts";
import { REVIEWS } from "#lib/domain/upkeep.ts";
import { Button, TextLink } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { EmptyState, Mono, PageHead, Rows, Section } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { useLocalName, When } from "../ui/when.tsx";

type One = UpkeepView["agencies"][number];
type Item = One["items"][number];
type Review = ReturnType<typeof useReview>;

const reviewOf = ({ kind }: Item) => REVIEWS.find((review) => kind === `review_${review}`);

const useReview = (agency: string) => {
  const t = useTranslations("upkeep");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (review: (typeof REVIEWS)[number]) => acts.reviewAgency(agency, { review }),
    onSuccess: (view) => {
      client.setQueryData(queries.upkeep().queryKey, view);
      say(t("reviewed"));
    },
  });
};

/** Where it is seen to. */
const hrefOf = (agency: string, { kind, homeserver, agreement }: Item): string => {
  if (agreement !== null) return `/agreements/${agreement}/review`;
  if (homeserver !== null) return `/servers/${homeserver.id}`;
  return kind === "review_agreements" ? "/agreements" : `/agencies/${agency}`;
};

const Line = ({ one, item, review }: { readonly one: One; readonly item: Item; readonly review: Review }) => {
  const t = useTranslations("upkeep");
  const nameOf = useLocalName();
  const due = reviewOf(item);
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 gap-y-1.5 px-4 py-3">
      <div className="min-w-0 flex-1 basis-80">
        <p>
          <TextLink href={hrefOf(one.agency.id, item)}>{t(`kind.${item.kind}`)}</TextLink>
          {item.person === null ? null : <> {item.person.name ?? t("erased")}</>}
          {item.homeserver === null ? null : (
            <>
              {" "}
              <Mono>{item.homeserver.serverName}</Mono>
            </>
          )}
        </p>
        <p className="text-sm text-quiet">
          {t(`todo.${item.kind}`)} {item.at === null ? null : <When at={item.at} day />}
        </p>
      </div>
      {due === undefined || !one.mayReview ? null : (
        <Button
          aria-label={t("confirmFor", { what: t(`kind.${item.kind}`), agency: nameOf(one.agency.name) })}
          isPending={review.isPending}
          onPress={() => review.mutate(due)}
        >
          {t(`confirm.${due}`)}
        </Button>
      )}
    </li>
  );
};

const Agency = ({ one }: { readonly one: One }) => {
  const nameOf = useLocalName();
  const review = useReview(one.agency.id);
  return (
    <Section title={nameOf(one.agency.name)} note={one.agency.identifier}>
      <Refused error={review.error} />
      <Rows>
        {one.items.map((item) => (
          <Line
            key={`${item.kind} ${item.person?.id ?? item.homeserver?.id ?? item.agreement ?? ""}`}
            one={one}
            item={item}
            review={review}
          />
        ))}
      </Rows>
    </Section>
  );
};

/** What the reader's agencies must see to, and for a coordinator all; what is in order is not shown. */
export const Upkeep = () => {
  const t = useTranslations("upkeep");
  const query = useQuery(queries.upkeep());
  return (
    <>
      <PageHead title={t("title")} answer={t("answer")} />
      <Loaded query={query}>
        {({ agencies, looked }) =>
          agencies.length === 0 ? (
            <div className="mt-6">
              <EmptyState>{t("empty", { count: looked })}</EmptyState>
            </div>
          ) : (
            agencies.map((one) => <Agency key={one.agency.id} one={one} />)
          )
        }
      </Loaded>
    </>
  );
};
