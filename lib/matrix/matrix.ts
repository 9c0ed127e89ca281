/** The federation protocol in one import. */
export { type SignatureFault, signJson, verifySignedJson } from "#lib/platform/signed-json.ts";
export * from "./discovery.ts";
export * from "./probe.ts";
export * from "./server-keys.ts";
export * from "./target.ts";
export * from "./x-matrix.ts";
