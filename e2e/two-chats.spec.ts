import type { Locator, Page } from "@playwright/test";
import { z } from "zod";
import { portalClient } from "#demo/portal-client.ts";
import { demo, expect, expectAccessible, test } from "./portal.ts";

const Agreement = z.object({ id: z.string(), version: z.int(), digest: z.string().nullable() });
const Evidence = z.object({ status: z.string() });

type Act = { readonly subject: string; readonly move: "endorse" | "accept" | "revoke"; readonly reason?: string };

const person = (subject: string) => {
  const { portal, people } = demo();
  const found = people.find((each) => each.subject === subject);
  if (found === undefined) throw new Error(`no ${subject}`);
  return { agency: found.agency ?? "", client: portalClient(portal, found.cookie) };
};

const decide = async (id: string, { subject, ...act }: Act): Promise<void> => {
  const { agency, client } = person(subject);
  const { version, digest } = await client.get(`agreements/${id}`, Agreement);
  await client.post(`agreements/${id}/decisions`, { ...act, as: agency, digest: digest ?? "" }, Agreement, version);
};

/** Opens the door between the two that run, as their people do, and waits until both servers were seen open. */
const openDoor = async (): Promise<string> => {
  const [astrid, david] = [person("astrid"), person("david")];
  const wish = { as: astrid.agency, partner: david.agency, purpose: "chatt i demon" };
  const { id } = await astrid.client.post("trust-requests", wish, Agreement);
  await decide(id, { subject: "bo", move: "endorse" });
  await decide(id, { subject: "david", move: "accept" });
  await expect
    .poll(async () => (await astrid.client.get(`agreements/${id}/evidence`, Evidence)).status, { timeout: 30_000 })
    .toBe("in_force");
  return id;
};

const sides = (page: Page): readonly [Locator, Locator] => [
  page.locator("section[data-side='fv']"),
  page.locator("section[data-side='ts']"),
];

const write = async (side: Locator, text: string): Promise<void> => {
  await side.getByLabel("Meddelande").fill(text);
  await side.getByRole("button", { name: "Skicka" }).click();
};

test("both people's chats stand side by side: refused while the door is shut, each other's messages while it is open, refused again", async ({
  browser,
}) => {
  const context = await browser.newContext({ locale: "sv-SE" });
  const page = await context.newPage();
  await page.goto(demo().chat);
  const [fv, ts] = sides(page);
  await expectAccessible(page);
  await write(fv, "är någon där?");
  await expect(fv.getByRole("status")).toHaveText(/Det finns inget gemensamt rum ännu/);
  const invite = fv.getByRole("button", { name: "Bjud in den andra" });
  await invite.click();
  await expect(fv.getByRole("status")).toHaveText(/Servern nekade: 403 M_FORBIDDEN/, { timeout: 20_000 });

  const id = await openDoor();
  await invite.click();
  await expect(fv.getByRole("status")).toHaveText(/Inbjudan kom fram/, { timeout: 30_000 });
  await write(fv, "hej från Försäkringsverket");
  await write(ts, "hej från Trafikstyrelsen");
  // Written at the same time, they may stand in either order.
  for (const side of [fv, ts])
    for (const text of ["hej från Försäkringsverket", "hej från Trafikstyrelsen"])
      await expect(side.getByRole("listitem").filter({ hasText: text })).toHaveCount(1, { timeout: 20_000 });
  await expectAccessible(page);

  await decide(id, { subject: "david", move: "revoke", reason: "provet är slut" });
  await expect(async () => {
    await invite.click();
    await expect(fv.getByRole("status")).toHaveText(/Servern nekade: 403 M_FORBIDDEN/, { timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
  await context.close();
});
