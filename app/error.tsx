"use client";

import { Fault } from "#components/entry/fault.tsx";

const Fallen = ({ reset }: { readonly error: Error; readonly reset: () => void }) => (
  <Fault kind="fallen" retry={reset} />
);

export default Fallen;
