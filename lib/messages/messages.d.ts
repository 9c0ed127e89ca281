import type sv from "./sv.json";

declare module "next-intl" {
  /** The Swedish messages are the pattern: a key that is missing there does not compile. */
  interface AppConfig {
    Locale: "sv" | "en";
    Messages: typeof sv;
  }
}
