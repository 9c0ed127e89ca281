"use client";

import { CircleCheck } from "lucide-react";
import { createContext, type ReactNode, useCallback, useContext, useState } from "react";

const Say = createContext<(sentence: string) => void>(() => undefined);

/** Says in one sentence that something was done; the page itself shows what. */
export const useSay = (): ((sentence: string) => void) => useContext(Say);

/** The place where such sentences appear: read aloud, gone after eight seconds, never the only word of anything. */
export const Toasts = ({ children }: { readonly children: ReactNode }) => {
  const [said, setSaid] = useState<{ sentence: string; id: number } | undefined>();
  const say = useCallback((sentence: string) => {
    const id = Date.now();
    setSaid({ sentence, id });
    setTimeout(() => setSaid((current) => (current?.id === id ? undefined : current)), 8_000);
  }, []);
  return (
    <Say value={say}>
      {children}
      <div role="status" aria-live="polite" className="no-print fixed right-5 bottom-5 z-30">
        {said === undefined ? null : (
          <p className="arrive flex items-center gap-2 rounded border border-force bg-card px-4 py-2.5 shadow-lg">
            <CircleCheck size={20} strokeWidth={1.75} aria-hidden className="text-force" />
            {said.sentence}
          </p>
        )}
      </div>
    </Say>
  );
};
