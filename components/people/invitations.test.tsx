// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { NextIntlClientProvider } from "next-intl";
import { afterEach, expect, test, vi } from "vitest";
import type { SessionView } from "#lib/contracts/session.ts";
import sv from "#lib/messages/sv.json" with { type: "json" };
import { MeProvider } from "../shell/session.tsx";
import { Toasts } from "../ui/toast.tsx";
import { InviteOperator } from "./invitations.tsx";

const OPERATOR = { id: "opr_01234567-89ab-7def-8123-456789abcdef", name: "Driften" };
const bodies: unknown[] = [];

const sessionAs = (role: "coordinator" | "auditor"): SessionView => ({
  person: { id: "per_01234567-89ab-7def-8123-456789abcdef", name: "Frida" },
  locale: "sv",
  method: "oidc",
  provider: null,
  acr: null,
  requiredAcr: null,
  cannotDecide: null,
  memberships: [{ id: "mem_01234567-89ab-7def-8123-456789abcdef", role, agency: null, operator: null, since: 0 }],
  federation: { id: "f.example", name: "Federationen", environment: "test" },
});

const show = (role: "coordinator" | "auditor") =>
  render(
    <NextIntlClientProvider locale="sv" messages={sv} timeZone="Europe/Stockholm">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MeProvider session={sessionAs(role)}>
          <Toasts>
            <InviteOperator operator={OPERATOR} />
          </Toasts>
        </MeProvider>
      </QueryClientProvider>
    </NextIntlClientProvider>,
  );

afterEach(() => {
  cleanup();
  bodies.length = 0;
  vi.unstubAllGlobals();
});

test("a coordinator invites somebody of the operator to its one role, and the link is shown once", async () => {
  const answer = {
    id: "inv_01234567-89ab-7def-8123-456789abcdef",
    role: "operator",
    agency: null,
    operator: OPERATOR,
    email: null,
    state: "open",
    createdBy: null,
    createdAt: 1,
    expiresAt: 2,
    redeemedAt: null,
    redeemedBy: null,
    url: "https://tillit.example/invitation#secret",
    mailed: false,
  };
  vi.stubGlobal("fetch", async (_path: string, { body = "" }: { body?: string } = {}) => {
    bodies.push(JSON.parse(body));
    return new Response(JSON.stringify(answer), { status: 201 });
  });
  show("coordinator");
  fireEvent.click(screen.getByRole("button", { name: "Bjud in någon hos Driften" }));
  fireEvent.click(screen.getByRole("button", { name: "Skapa inbjudan" }));
  await screen.findByText("https://tillit.example/invitation#secret");
  expect(bodies).toEqual([{ role: "operator", agency: null, operator: OPERATOR.id, email: null }]);
  expect(screen.queryByRole("button", { name: "Skapa inbjudan" })).toBeNull();
});

test("nobody but a coordinator is offered to invite an operator", () => {
  show("auditor");
  expect(screen.queryByRole("button")).toBeNull();
});
