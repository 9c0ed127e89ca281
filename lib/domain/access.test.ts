import { describe, expect, it } from "vitest";
import { type Actor, agenciesOf, type Credential, decidingRefusal, hasRole, isCoordinator, reaches } from "./access.ts";
import { idOf } from "./ids.ts";

const uuid = (last: string): string => `01970000-0000-7000-8000-${last.padStart(12, "0")}`;
const fv = idOf("agy", uuid("1"));
const ts = idOf("agy", uuid("2"));
const actor = (credential: Credential): Actor => ({
  person: idOf("per", uuid("9")),
  pseudonym: uuid("8"),
  memberships: [
    { role: "approver", agency: fv },
    { role: "auditor", agency: ts },
  ],
  credential,
  locale: "sv",
  traceId: "t",
});
const loa3 = "http://id.elegnamnden.se/loa/1.0/loa3";
const oidc = (acr?: string): Credential => ({ kind: "oidc", issuer: "https://idp.example", acr });

describe("who may decide", () => {
  it("never lets a token decide, whatever its scopes", () => {
    const token = actor({ kind: "token", scopes: ["agreements:write"] });
    expect(decidingRefusal(token, { requiredAcr: undefined, oidcConfigured: false })).toBe("tokens_never_decide");
  });

  it("matches the required level exactly, and refuses a link session where one is required", () => {
    const rules = { requiredAcr: loa3, oidcConfigured: true };
    expect(decidingRefusal(actor(oidc(loa3)), rules)).toBeUndefined();
    expect(decidingRefusal(actor(oidc(`${loa3}x`)), rules)).toBe("acr_too_low");
    expect(decidingRefusal(actor(oidc()), rules)).toBe("acr_too_low");
    expect(decidingRefusal(actor({ kind: "link" }), rules)).toBe("link_session_cannot_decide");
  });

  it("lets a link session decide where no level is set", () => {
    expect(decidingRefusal(actor({ kind: "link" }), { requiredAcr: undefined, oidcConfigured: false })).toBeUndefined();
  });

  it("holds a role to its own agency", () => {
    const one = actor(oidc());
    expect(hasRole(one, fv, "approver")).toBe(true);
    expect(hasRole(one, ts, "approver")).toBe(false);
    expect(agenciesOf(one, "auditor")).toEqual([ts]);
    expect(isCoordinator(one)).toBe(false);
  });

  it("lets a token reach only what its scopes name", () => {
    const token = actor({ kind: "token", scopes: ["audit:read"] });
    expect([
      reaches(token, "audit:read"),
      reaches(token, "agreements:read"),
      reaches(actor(oidc()), "agreements:read"),
    ]).toEqual([true, false, true]);
  });
});
