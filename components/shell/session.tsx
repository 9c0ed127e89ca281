"use client";

import { createContext, type ReactNode, useContext, useSyncExternalStore } from "react";
import type { AgencyRef } from "#lib/contracts/common.ts";
import type { SessionView } from "#lib/contracts/session.ts";

export type Me = {
  readonly session: SessionView;
  /** The agencies in which the person holds a role, each once. */
  readonly agencies: readonly AgencyRef[];
  /** For which of them the person acts now. */
  readonly agency: AgencyRef | undefined;
  readonly actFor: (agency: string) => void;
  readonly isCoordinator: boolean;
};

const Context = createContext<Me | undefined>(undefined);
const KEY = "tillit.agency";
const CHANGED = "tillit:agency";

const listenTo = (changed: () => void): (() => void) => {
  window.addEventListener(CHANGED, changed);
  window.addEventListener("storage", changed);
  return () => {
    window.removeEventListener(CHANGED, changed);
    window.removeEventListener("storage", changed);
  };
};

const actFor = (agency: string): void => {
  window.localStorage.setItem(KEY, agency);
  window.dispatchEvent(new Event(CHANGED));
};

/** The agencies of a session, each once, in the order of its memberships. */
export const agenciesIn = ({ memberships }: SessionView): readonly AgencyRef[] => {
  const byId = new Map(memberships.flatMap(({ agency }) => (agency === null ? [] : [[agency.id, agency] as const])));
  return [...byId.values()];
};

export const MeProvider = ({ session, children }: { readonly session: SessionView; readonly children: ReactNode }) => {
  const chosen = useSyncExternalStore(
    listenTo,
    () => window.localStorage.getItem(KEY),
    () => null,
  );
  const agencies = agenciesIn(session);
  const agency = agencies.find(({ id }) => id === chosen) ?? agencies[0];
  const isCoordinator = session.memberships.some(({ role }) => role === "coordinator");
  return <Context value={{ session, agencies, agency, actFor, isCoordinator }}>{children}</Context>;
};

/** Who is signed in. Throws outside the signed-in pages: that is a fault of the program. */
export const useMe = (): Me => {
  const me = useContext(Context);
  if (me === undefined) throw new Error("no session around this component");
  return me;
};

/** Whether the person holds the role, in the agency for which they act where the role belongs to one. */
export const holds = ({ session, agency }: Me, role: SessionView["memberships"][number]["role"]): boolean =>
  session.memberships.some((held) => held.role === role && (held.agency === null || held.agency.id === agency?.id));
