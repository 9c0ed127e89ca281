import { expect, it } from "vitest";
import { DAY } from "#lib/domain/instant.ts";
import { USUAL_RULES } from "./identity.ts";
import { parseAgentSettings } from "./settings.ts";

const usual = {
  portal: "https://portal.example",
  serverName: "self.example",
  state: "/var/lib/tillit-agent",
  target: { kind: "file", template: "nginx", path: "/etc/nginx/tillit.rules" },
};
const read = (over: Readonly<Record<string, unknown>>) => parseAgentSettings(JSON.stringify({ ...usual, ...over }));

it("an operator who sets no rules gets the usual ones and a lease of an hour", () => {
  expect(read({})).toMatchObject({ ok: true, value: { rules: USUAL_RULES, leaseMinutes: 60 } });
});

it("each rule that the specification leaves to the operator can be set", () => {
  const rules = {
    rootKeysRequired: 2,
    lowestKeyset: "3.7",
    maxLifeDays: 7,
    beforeFirstList: ["a.example"],
    observe: true,
    requireConsents: true,
    consentKeys: { "orgnr:202100-0001": { "ed25519:c1": `+/${"A".repeat(41)}` } },
  };
  const { maxLifeDays: _, ...same } = rules;
  const value = { rules: { ...same, lowestKeyset: { epoch: 3, serial: 7 }, maxLife: 7 * DAY } };
  expect(read({ rules })).toMatchObject({ ok: true, value });
});

it.each([
  [{ rules: { requireConsents: true } }, "requireConsents needs consentKeys"],
  [{ rules: { beforeFirstList: ["No Name"] } }, "rules.beforeFirstList"],
  [{ rules: { lowestKeyset: "1" } }, "epoch.serial"],
  [{ rules: { observing: true } }, "observing"],
  [{ rules: { consentKeys: { agency: { "ed25519:c1": "AAAA" } } } }, "no public key"],
  [{ leaseMinutes: -1 }, "leaseMinutes"],
])("%j is refused by the name of its field", (over, words) => {
  expect(read(over)).toMatchObject({ ok: false, error: expect.stringContaining(words) });
});
