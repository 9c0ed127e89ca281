"use client";

import { useEffect, useState } from "react";

/**
 * The one-time secret of a link, from the part of the address that is never sent to a server. It is taken out of the
 * address bar at once, so that it stays neither there nor in the history.
 */
export const useFragment = (): string | undefined => {
  const [secret] = useState(() => window.location.hash.slice(1));
  useEffect(() => {
    if (window.location.hash !== "")
      window.history.replaceState(null, "", window.location.pathname + window.location.search);
  }, []);
  return secret === "" ? undefined : secret;
};
