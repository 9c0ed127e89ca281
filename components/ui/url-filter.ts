"use client";

import { usePathname, useRouter, useSearchParams } from "next/navigation";

/** A filter that lives in the address, so that a list can be kept, sent and gone back to. Unknown values are dropped. */
export const useUrlFilter = () => {
  const router = useRouter();
  const path = usePathname();
  const search = useSearchParams();
  const get = (name: string): string | undefined => {
    const value = search.get(name);
    return value === null || value === "" ? undefined : value;
  };
  const oneOf = <T extends string>(name: string, allowed: readonly T[]): T | undefined => {
    const value = search.get(name);
    return allowed.find((each) => each === value);
  };
  const set = (name: string, value: string | undefined): void => {
    // Read at the moment of writing: two changes in a row must not undo each other.
    const next = new URLSearchParams(window.location.search);
    if (value === undefined || value === "") next.delete(name);
    else next.set(name, value);
    const text = next.toString();
    router.replace(text === "" ? path : `${path}?${text}`, { scroll: false });
  };
  return { get, oneOf, set };
};
