export const ROOT: string;
export const atLeast: (version: string, least: string) => boolean;
export const hashOf: (...paths: readonly string[]) => string;
export const once: (stamp: string, inputs: string, title: string, work: () => Promise<void>) => Promise<void>;
