// @vitest-environment jsdom
import { cleanup, render } from "@testing-library/react";
import { NextIntlClientProvider } from "next-intl";
import { afterEach, expect, it } from "vitest";
import type { NoticeView } from "#lib/contracts/notices.ts";
import type { SessionView } from "#lib/contracts/session.ts";
import sv from "#lib/messages/sv.json" with { type: "json" };
import { MeProvider } from "../shell/session.tsx";
import { Item } from "./notices.tsx";

afterEach(cleanup);

const bo = { id: "per_00000000-0000-7000-8000-000000000001", name: "Bo Lind" };
const eva = { id: "per_00000000-0000-7000-8000-000000000002", name: "Eva Ek" };
const notice: NoticeView = {
  id: "ntc_00000000-0000-7000-8000-000000000003",
  kind: "stop_second",
  agency: null,
  role: "coordinator",
  counterpart: null,
  homeserver: null,
  page: "/emergency",
  at: 1_800_000_000_000,
  readAt: null,
  settled: null,
};
const session: SessionView = {
  person: bo,
  locale: "sv",
  method: "oidc",
  provider: null,
  acr: null,
  requiredAcr: null,
  cannotDecide: null,
  memberships: [],
  federation: { id: "f", name: "F", environment: "test" },
};
const shown = (more: Partial<NoticeView>): string =>
  render(
    <NextIntlClientProvider locale="sv" messages={sv} timeZone="Europe/Stockholm">
      <MeProvider session={session}>
        <ul>
          <Item notice={{ ...notice, ...more }} />
        </ul>
      </MeProvider>
    </NextIntlClientProvider>,
  ).container.textContent;

it("what one has seen to oneself is said to oneself as 'you', and what a colleague has by their name", () => {
  const at = notice.at;
  const own = shown({ settled: { at, by: bo } });
  expect(own).toContain("Du har redan agerat.");
  expect(own).not.toContain("Bo Lind");
  cleanup();
  expect(shown({ settled: { at, by: eva } })).toContain("Eva Ek har redan agerat.");
});

it("a coordinator is told why without an agency", () => {
  expect(shown({})).toContain("Du får det här som samordnare i federationen.");
});
