import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseServerName } from "#lib/domain/server-name.ts";
import { TEMPLATE_NAMES } from "./templates/all.ts";
import { haproxyFrontend } from "./templates/haproxy.ts";
import { nginxLocations, nginxReadBack } from "./templates/nginx.ts";

const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8");

it("the README's fixed parts are those that the tests run with real programs", () => {
  const audience = parseServerName("chat.agency.example");
  if (!audience.ok) throw new Error("name");
  const folder = "/etc/haproxy";
  const [names, networks] = [`${folder}/tillit-names.map`, `${folder}/tillit-networks.map`];
  expect(readme).toContain(nginxLocations({ upstream: "http://127.0.0.1:8008" }));
  expect(readme).toContain(nginxReadBack({ readBack: "127.0.0.1:8010" }));
  expect(readme).toContain(haproxyFrontend({ audience: audience.value, backend: "homeserver", names, networks }));
});

it("the README says of each template what it cannot do", () => {
  for (const name of TEMPLATE_NAMES) expect(readme, name).toContain(`\`${name}\``);
});
