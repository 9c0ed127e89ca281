/** The whole of signing in one import: documents made, read and held to their laws. */
export { type KeyPair, newKeyPair, type Signer } from "#lib/platform/signed-json.ts";
export * from "./documents.ts";
export * from "./key-files.ts";
export * from "./laws.ts";
export * from "./make.ts";
export * from "./receipts.ts";
