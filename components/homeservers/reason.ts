import { useMessages } from "next-intl";

/** What a code of the worker or of a server means, in a sentence that says what to do; a code without one as it stands. */
export const useReason = (): ((code: string | null) => string) => {
  const messages = useMessages();
  const known: Readonly<Record<string, unknown>> = { ...messages["credentialCode"], ...messages["listCode"] };
  return (code) => {
    const text = code === null || code === "other" ? undefined : known[code];
    return typeof text === "string" ? text : (code ?? "");
  };
};
