import { runWorker } from "#lib/reconcile/worker.ts";

/** `worker`: until it is told to end. */
export const worker = async (): Promise<number> => {
  await runWorker();
  return 0;
};
