// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import sv from "#lib/messages/sv.json" with { type: "json" };
import { Toasts } from "../ui/toast.tsx";
import { Invitation, RedeemLink } from "./redeem.tsx";
import { SetUp } from "./set-up.tsx";

const went = vi.hoisted((): string[] => []);
vi.mock("next/navigation", () => ({
  useRouter: () => ({ replace: (path: string) => went.push(path), refresh: () => undefined, push: () => undefined }),
  usePathname: () => "/",
}));

type Call = { readonly path: string; readonly method: string; readonly body: unknown };
const calls: Call[] = [];
type Answers = Readonly<Record<string, readonly [status: number, body: object]>>;

/** An interface that answers as told, by "METHOD path". */
const answering = (answers: Answers): void => {
  vi.stubGlobal("fetch", async (path: string, { method = "GET", body }: { method?: string; body?: string } = {}) => {
    calls.push({ path, method, body: body === undefined ? undefined : JSON.parse(body) });
    const [status, answer] = answers[`${method} ${path}`] ?? [404, {}];
    return new Response(JSON.stringify(answer), { status });
  });
};
const writes = () => calls.filter(({ method }) => method !== "GET");

const SECRET = "s".repeat(43);
const FEDERATION = { id: "f.example", name: "Federationen", environment: "test" } as const;
const SET_UP = { federation: FEDERATION, providers: [], links: "terminal" };
const problem = (status: number, code: string) =>
  [status, { type: `/problems/${code}`, title: "x", status, detail: "", instance: "", code }] as const;

const show = (page: ReactNode) =>
  render(
    <NextIntlClientProvider locale="sv" messages={sv} timeZone="Europe/Stockholm">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <Toasts>{page}</Toasts>
      </QueryClientProvider>
    </NextIntlClientProvider>,
  );
const at = (path: string, secret?: string): void =>
  window.history.replaceState(null, "", secret === undefined ? path : `${path}#${secret}`);

beforeEach(() => {
  calls.length = 0;
  went.length = 0;
  window.sessionStorage.clear();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("the page of a one-time link", () => {
  it("does nothing by being opened, and takes the secret out of the address", () => {
    answering({});
    at("/sign-in/link", SECRET);
    show(<RedeemLink />);
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Logga in med engångslänk");
    expect([calls, window.location.hash, went]).toEqual([[], "", []]);
  });

  it("redeems by its button, once, and goes home", async () => {
    answering({ "POST /api/v1/sign-in-links/redemption": [200, { ok: true }] });
    at("/sign-in/link", SECRET);
    show(<RedeemLink />);
    fireEvent.click(screen.getByRole("button", { name: "Logga in" }));
    await vi.waitFor(() => expect(went).toEqual(["/"]));
    expect(writes()).toEqual([{ path: "/api/v1/sign-in-links/redemption", method: "POST", body: { token: SECRET } }]);
  });

  it("that was used says so, and leads to the sign-in", async () => {
    answering({ "POST /api/v1/sign-in-links/redemption": problem(410, "link_invalid") });
    at("/sign-in/link", SECRET);
    show(<RedeemLink />);
    fireEvent.click(screen.getByRole("button", { name: "Logga in" }));
    expect((await screen.findByRole("alert")).textContent).toContain(sv.errors.link_invalid);
    expect(screen.getByRole("link", { name: "Till inloggningen" }).getAttribute("href")).toBe("/sign-in");
    expect(went).toEqual([]);
  });

  it("without its secret offers nothing to press", () => {
    answering({});
    at("/sign-in/link");
    show(<RedeemLink />);
    expect(screen.queryByRole("button", { name: "Logga in" })).toBeNull();
    expect(screen.getByText(sv.redeemLink.noSecret)).toBeDefined();
  });
});

describe("the page of an invitation", () => {
  const session = {
    person: { id: "per_01970000-0000-7000-8000-000000000001", name: "Astrid" },
    locale: "sv",
    method: "oidc",
    provider: "Demo",
    acr: null,
    requiredAcr: null,
    cannotDecide: null,
    memberships: [],
    federation: FEDERATION,
  };

  it("asks for a sign-in first and keeps the invitation in the tab", async () => {
    answering({ "GET /api/v1/session": problem(401, "not_signed_in") });
    at("/invitation", SECRET);
    show(<Invitation />);
    const link = await screen.findByRole("link", { name: "Logga in" });
    expect(link.getAttribute("href")).toBe("/sign-in?to=/invitation");
    cleanup();
    answering({
      "GET /api/v1/session": [200, session],
      "POST /api/v1/invitations/redemption": [200, { state: "granted", membership: null, change: null }],
    });
    at("/invitation");
    show(<Invitation />);
    fireEvent.click(await screen.findByRole("button", { name: "Ta emot rollen" }));
    await vi.waitFor(() => expect(went).toEqual(["/"]));
    expect(writes().map(({ body }) => body)).toEqual([{ token: SECRET }]);
  });

  it("says so where the role waits for the agency's own approver", async () => {
    answering({
      "GET /api/v1/session": [200, session],
      "POST /api/v1/invitations/redemption": [200, { state: "awaiting_approver", membership: null, change: null }],
    });
    at("/invitation", SECRET);
    show(<Invitation />);
    fireEvent.click(await screen.findByRole("button", { name: "Ta emot rollen" }));
    expect(await screen.findByText(sv.invitation.awaitsApprover)).toBeDefined();
    expect(went).toEqual([]);
  });
});

describe("the set-up page", () => {
  const type = (label: string, value: string): void => {
    fireEvent.change(screen.getByRole("textbox", { name: label }), { target: { value } });
  };

  it("takes a name, a first agency and its coordinator, with the link's secret", async () => {
    answering({ "GET /api/v1/setup": [200, { ...SET_UP, needed: true }], "POST /api/v1/setup": [200, { ok: true }] });
    at("/set-up", SECRET);
    show(<SetUp />);
    await screen.findByLabelText(sv.setUp.federationName);
    type(sv.setUp.federationName, "Statens chatt");
    type(sv.agencyForm.nameSv, "Provverket");
    type(sv.scheme.orgnr, "202100-5521");
    type(sv.agencyForm.contactName, "Jouren");
    type(sv.agencyForm.contactEmail, "jour@prov.example");
    type(sv.setUp.personName, "Frida Holm");
    fireEvent.click(screen.getByRole("button", { name: sv.setUp.begin }));
    await vi.waitFor(() => expect(went).toEqual(["/"]));
    expect(writes()[0]?.body).toEqual({
      token: SECRET,
      federation: { name: "Statens chatt" },
      agency: {
        name: { sv: "Provverket", en: "Provverket" },
        identifier: { scheme: "orgnr", value: "202100-5521" },
        memberClass: "state_agency",
        contacts: [{ kind: "incident", name: "Jouren", email: "jour@prov.example" }],
      },
      coordinator: { name: "Frida Holm", email: null },
    });
  });

  it("names a wrong check digit at its field before anything is sent", async () => {
    answering({ "GET /api/v1/setup": [200, { ...SET_UP, needed: true }] });
    at("/set-up", SECRET);
    show(<SetUp />);
    await screen.findByLabelText(sv.setUp.federationName);
    type(sv.scheme.orgnr, "202100-5522");
    expect(screen.getByText(sv.errors.wrong_check_digit)).toBeDefined();
    expect(writes()).toEqual([]);
  });

  it("is over once there is a coordinator, and closed without the link's secret", async () => {
    answering({ "GET /api/v1/setup": [200, { ...SET_UP, needed: false }] });
    at("/set-up", SECRET);
    show(<SetUp />);
    expect(await screen.findByText(sv.setUp.alreadyDone)).toBeDefined();
    cleanup();
    answering({ "GET /api/v1/setup": [200, { ...SET_UP, needed: true }] });
    at("/set-up");
    show(<SetUp />);
    expect(await screen.findByText(sv.setUp.noToken)).toBeDefined();
    expect(screen.queryByRole("button", { name: sv.setUp.begin })).toBeNull();
  });
});
