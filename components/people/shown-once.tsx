"use client";

import { useTranslations } from "next-intl";
import { Button } from "../ui/button.tsx";
import { Mono, Notice } from "../ui/page.tsx";
import { useSay } from "../ui/toast.tsx";

/** A secret that nobody can see again: to be copied now. */
export const ShownOnce = ({
  label,
  secret,
  onDone,
}: {
  readonly label: string;
  readonly secret: string;
  readonly onDone: () => void;
}) => {
  const t = useTranslations("shownOnce");
  const say = useSay();
  const copy = (): void =>
    void navigator.clipboard.writeText(secret).then(
      () => say(t("copied")),
      () => say(t("notCopied")),
    );
  return (
    <Notice tone="act" title={label}>
      <p className="my-2" data-secret>
        <Mono>{secret}</Mono>
      </p>
      <div className="mb-1 flex gap-3">
        <Button onPress={copy}>{t("copy")}</Button>
        <Button look="quiet" onPress={onDone}>
          {t("done")}
        </Button>
      </div>
    </Notice>
  );
};
