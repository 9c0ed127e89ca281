"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Live, listen, touchedBy } from "#lib/client/events.ts";

const FALLBACK_MS = 30_000;

/** Asks anew for whatever an event makes old, and for everything now and then while no word would reach us. */
export const useLive = (): Live => {
  const client = useQueryClient();
  const [state, setState] = useState<Live>("connecting");
  useEffect(
    () =>
      listen((event) => {
        if (event === undefined) void client.invalidateQueries();
        else for (const key of touchedBy(event.topic)) void client.invalidateQueries({ queryKey: [key] });
      }, setState),
    [client],
  );
  useEffect(() => {
    if (state !== "lost") return;
    const timer = setInterval(() => void client.invalidateQueries(), FALLBACK_MS);
    return () => clearInterval(timer);
  }, [client, state]);
  return state;
};
