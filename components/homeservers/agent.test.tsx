// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { NextIntlClientProvider } from "next-intl";
import { afterEach, expect, test, vi } from "vitest";
import type { AgentView } from "#lib/contracts/agents.ts";
import type { EnforcementView } from "#lib/contracts/enforcement.ts";
import sv from "#lib/messages/sv.json" with { type: "json" };
import { Toasts } from "../ui/toast.tsx";
import { Agent } from "./agent.tsx";

const AGENT: AgentView = {
  software: "tillit-agent 1.0",
  keyId: "ed25519:agent-0123abcd",
  enrolledAt: 1_795_432_936_151,
  heardAt: 1_795_432_936_151,
  silent: false,
  clockOff: null,
  doubledAt: null,
  receiptAt: 1_795_432_936_151,
  version: 7,
};
const VIEW: EnforcementView = {
  kind: "agent",
  baseUrl: null,
  point: "ep_01234567-89ab-7def-8123-456789abcdef",
  detected: null,
  detectedAt: null,
  needs: [],
  sealing: true,
  active: null,
  candidate: null,
  agent: null,
  codeUntil: null,
  bridge: null,
  proposed: null,
  allowed: ["enrol"],
};

const show = (over: Partial<EnforcementView> = {}) =>
  render(
    <NextIntlClientProvider locale="sv" messages={sv} timeZone="Europe/Stockholm">
      <QueryClientProvider client={new QueryClient()}>
        <Toasts>
          <Agent id="hs_1" view={{ ...VIEW, ...over }} />
        </Toasts>
      </QueryClientProvider>
    </NextIntlClientProvider>,
  );

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("an administrator makes a code, which is shown once with the fingerprint to be given by another way", async () => {
  const made = {
    code: "one-time-code-one-time-code",
    expiresAt: 1_795_432_936_151,
    portal: "https://portal.example",
    audience: "chat.fv.example",
    fingerprints: ["0123 4567 89ab cdef 0123 4567 89ab cdef"],
  };
  const paths: string[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    paths.push(path);
    return new Response(JSON.stringify(made), { status: 201 });
  });
  show();
  expect(screen.getByText(/Ingen agent är ansluten än/)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Skapa en anslutningskod" }));
  await screen.findByText(made.code, undefined, { timeout: 10_000 });
  expect(screen.getByText(made.fingerprints[0] ?? "")).toBeTruthy();
  expect(paths).toEqual(["/api/v1/homeservers/hs_1/enrolment-code"]);
  fireEvent.click(screen.getByRole("button", { name: "Jag har sparat den" }));
  expect(screen.queryByText(made.code)).toBeNull();
});

test.each([
  [{ silent: true }, "Agenten är tyst."],
  [{ clockOff: 3_600_000 }, "Agentens klocka går fel."],
  [{ doubledAt: 1_795_432_936_151 as AgentView["enrolledAt"] }, "Två program använder samma nyckel."],
] as const)("what is amiss with the agent is said with what to do: %o", (over, title) => {
  show({ agent: { ...AGENT, ...over } });
  expect(screen.getByText(title)).toBeTruthy();
  expect(screen.getByText("lista 7")).toBeTruthy();
});

test("nobody but an administrator is offered a code, and no other kind of interface shows any of it", () => {
  show({ allowed: [] });
  expect(screen.queryByRole("button")).toBeNull();
  cleanup();
  const { container } = show({ kind: "synapse_module" });
  expect(container.textContent).not.toContain("agent");
});
