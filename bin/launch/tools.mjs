// What only the tests need: a browser, a Redis for Synapse's workers, the proxies that the templates are written for,
// systemd's own check of the shipped units.
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { command, isRoot, Missing, say, whereIs } from "./steps.mjs";

const playwrightsOwn = () => {
  const folder = process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(homedir(), ".cache/ms-playwright");
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith("chromium-"));
};
const anyOf = (...names) => names.some((name) => whereIs(name) !== undefined);

/** What is looked for, and the Debian package that brings it. */
const TOOLS = [
  {
    name: "a Chromium",
    debian: "chromium",
    there: () => anyOf("chromium", "chromium-browser", "google-chrome") || playwrightsOwn(),
    otherwise: "npx playwright install chromium",
  },
  { name: "redis-server", debian: "redis-server", there: () => anyOf("redis-server") },
  { name: "nginx", debian: "nginx", there: () => anyOf("nginx", "/usr/sbin/nginx") },
  { name: "haproxy", debian: "haproxy", there: () => anyOf("haproxy", "/usr/sbin/haproxy") },
  { name: "squid", debian: "squid", there: () => anyOf("squid", "/usr/sbin/squid") },
  { name: "systemd-analyze", debian: "systemd", there: () => anyOf("systemd-analyze") },
];

/** Brings what is missing through the distribution as root; otherwise names it. */
export const installTools = async () => {
  // The platform's own service manager is checked only where it exists at all.
  const wanted = TOOLS.filter(({ name }) => name !== "systemd-analyze" || process.platform === "linux");
  const missing = wanted.filter(({ there }) => !there());
  if (missing.length === 0) return;
  const packages = missing.map(({ debian }) => debian);
  if (isRoot && anyOf("apt-get")) {
    say(`installing ${packages.join(", ")} with apt-get`);
    const quiet = { DEBIAN_FRONTEND: "noninteractive" };
    await command("apt-get", ["update", "-qq"], quiet);
    await command("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], quiet);
  }
  const still = missing.filter(({ there }) => !there());
  if (still.length === 0) return;
  const own = still.flatMap(({ otherwise }) => (otherwise === undefined ? [] : [otherwise]));
  throw new Missing(
    still.map(({ name }) => name).join(", "),
    [`sudo apt-get install -y ${still.map(({ debian }) => debian).join(" ")}`, ...own].join("   or   "),
  );
};
