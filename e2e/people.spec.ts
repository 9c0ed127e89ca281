import type { Page } from "@playwright/test";
import { z } from "zod";
import { demo, expect, expectAccessible, refusal, test } from "./portal.ts";

const Agreement = z.object({ id: z.string(), version: z.number(), digest: z.string() });
const Agencies = z.object({ items: z.array(z.object({ id: z.string(), name: z.object({ sv: z.string() }) })) });

/** Asks the interface as the page's own person, the way a page does. */
const ask = async (page: Page, method: "GET" | "POST", path: string, body?: object): Promise<unknown> => {
  const { portal } = demo();
  const answer = await page.request.fetch(`${portal}/api/v1${path}`, {
    method,
    headers: { origin: portal, "content-type": "application/json" },
    ...(body === undefined ? {} : { data: body }),
  });
  expect(answer.ok(), `${method} ${path}: ${answer.status()}`).toBe(true);
  return answer.json();
};

const agencyNamed = async (page: Page, name: string): Promise<string> => {
  const { items } = Agencies.parse(await ask(page, "GET", "/agencies?limit=200"));
  return items.find((agency) => agency.name.sv === name)?.id ?? "";
};

const decide = async (page: Page, agreement: z.output<typeof Agreement>, as: string, move: string) => {
  const { portal } = demo();
  const answer = await page.request.post(`${portal}/api/v1/agreements/${agreement.id}/decisions`, {
    headers: { origin: portal, "if-match": `"${agreement.version}"` },
    data: { as, move, digest: agreement.digest },
  });
  expect(answer.ok(), `${move}: ${answer.status()}`).toBe(true);
  return Agreement.parse(await answer.json());
};

/** Signs in with the demo's provider as that person, from whatever page asks for it. */
const pickAtProvider = async (page: Page, name: RegExp): Promise<void> => {
  await page.getByRole("button", { name: /^Logga in med/ }).click();
  await page.getByRole("button", { name }).click();
};

test("an agreement is suspended by one side, resumed by it, and undone within ten minutes", async ({ as }) => {
  const [astrid, bo, david] = [await as("Astrid"), await as("Bo"), await as("David")];
  const home = await agencyNamed(astrid, "Försäkringsverket");
  const partner = await agencyNamed(astrid, "Trafikstyrelsen");
  const wish = { as: home, partner, purpose: "gemensam jour" };
  const asked = Agreement.parse(await ask(astrid, "POST", "/trust-requests", wish));
  const agreed = await decide(david, await decide(bo, asked, home, "endorse"), partner, "accept");
  const status = (page: Page) => page.locator("main [data-status]").first();

  await bo.goto(`/agreements/${agreed.id}`);
  await expect(status(bo)).toHaveAttribute("data-status", "in_force", { timeout: 20_000 });
  await bo.getByRole("button", { name: "Pausa…" }).click();
  await bo.getByRole("button", { name: /^Pausa: stäng/ }).click();
  await expect(refusal(bo).filter({ hasText: "Skriv ett skäl" })).toBeVisible();
  await bo.getByLabel("Skäl").fill("vi byter server i helgen");
  await expectAccessible(bo);
  await bo.getByRole("button", { name: /^Pausa: stäng/ }).click();
  await expect(status(bo)).toHaveAttribute("data-status", "suspended");

  // The other side sees the pause and has none of its own to lift.
  await david.goto(`/agreements/${agreed.id}`);
  await expect(status(david)).toHaveAttribute("data-status", "suspended");
  await expect(david.getByRole("button", { name: "Återuppta" })).toHaveCount(0);

  await bo.getByRole("button", { name: "Återuppta" }).click();
  await bo.getByRole("button", { name: /^Återuppta: öppna/ }).click();
  await expect(status(david)).toHaveAttribute("data-status", "in_force", { timeout: 20_000 });

  await david.getByRole("button", { name: "Ångra…" }).click();
  await david.getByRole("button", { name: /^Ångra: stäng/ }).click();
  await expect(status(bo)).toHaveAttribute("data-status", "undo", { timeout: 20_000 });
  await expect(bo.getByText("Skäl: vi byter server i helgen")).toBeVisible();

  // On paper stands what was agreed and by whom, and nothing to press.
  await bo.emulateMedia({ media: "print" });
  await expect(bo.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(bo.getByText("gemensam jour").first()).toBeVisible();
  for (const name of ["Bo Lind", "David Öberg"])
    await expect(bo.getByRole("main").getByText(name).first()).toBeVisible();
  await expect(bo.getByRole("button", { name: "Skriv ut" })).toBeHidden();
  await expect(bo.getByRole("navigation").first()).toBeHidden();
});

test("a server's new name waits for another person, whose no stands on its page with the reason", async ({ as }) => {
  const astrid = await as("Astrid");
  await astrid.goto("/servers");
  await astrid.getByRole("link", { name: "chat.fv.example" }).click();
  await astrid.getByRole("button", { name: "Ändra…" }).click();
  await astrid.getByLabel("Servernamn").fill("https://chat2.fv.example");
  await astrid.getByRole("button", { name: "Spara eller föreslå" }).click();
  await expect(refusal(astrid)).toBeVisible();
  await astrid.getByLabel("Servernamn").fill("chat2.fv.example");
  await expectAccessible(astrid);
  await astrid.getByRole("button", { name: "Spara eller föreslå" }).click();
  await astrid.getByRole("link", { name: "Granska ändringen" }).last().click();
  await expect(astrid.getByText(/^Du föreslog ändringen/)).toBeVisible();
  await expect(astrid.getByRole("button", { name: /^Godkänn/ })).toHaveCount(0);

  const bo = await as("Bo", "en");
  await bo.goto(new URL(astrid.url()).pathname);
  await expect(bo.getByRole("row", { name: /Server name chat\.fv\.example chat2\.fv\.example/ })).toBeVisible();
  await expect(bo.getByText(/shut at once and stay shut/)).toBeVisible();
  await expectAccessible(bo);
  await bo.getByRole("button", { name: "Reject…" }).click();
  await bo.getByRole("button", { name: "Reject the change" }).click();
  await expect(refusal(bo).filter({ hasText: "Write a reason" })).toBeVisible();
  await bo.getByLabel("Reason").fill("not before the summer");
  await bo.getByRole("button", { name: "Reject the change" }).click();
  // Astrid's page was not touched since.
  await expect(astrid.getByText(/^Avvisad av Bo Lind/)).toBeVisible();
  await expect(astrid.getByText("Skäl: not before the summer")).toBeVisible();
  await expectAccessible(astrid);
});

test("a coordinator invites into an agency; the link gives its role once, and the role is ended again", async ({
  as,
  browser,
}) => {
  const frida = await as("Frida");
  const agency = await agencyNamed(frida, "Försäkringsverket");
  await frida.goto(`/agencies/${agency}`);
  await frida.getByRole("button", { name: "Bjud in någon" }).click();
  await frida.getByRole("button", { name: /^Roll|Administratör Roll/ }).click();
  await frida.getByRole("option", { name: "Granskare" }).click();
  await frida.getByRole("button", { name: "Skapa inbjudan" }).click();
  const link = ((await frida.locator("[data-secret]").textContent()) ?? "").trim();
  await expectAccessible(frida);

  const context = await browser.newContext({ baseURL: demo().portal, locale: "sv-SE" });
  const guest = await context.newPage();
  await guest.goto(link);
  await expect(guest).toHaveURL(`${demo().portal}/invitation`);
  await guest.getByRole("link", { name: "Logga in" }).click();
  await pickAtProvider(guest, /Gustav Nyman/);
  await expect(guest.getByRole("button", { name: "Ta emot rollen" })).toBeVisible();
  await expectAccessible(guest);
  await guest.getByRole("button", { name: "Ta emot rollen" }).click();
  await guest.waitForURL(`${demo().portal}/`);
  await guest.goto(link);
  await guest.getByRole("button", { name: "Ta emot rollen" }).click();
  await expect(refusal(guest)).toBeVisible();

  await frida.reload();
  const gustav = frida.getByRole("listitem").filter({ hasText: "Gustav Nyman" }).first();
  await gustav.getByRole("button", { name: /^Avsluta rollen för Gustav Nyman: Granskare/ }).click();
  await expect(frida.getByText(/Det personen redan har beslutat står kvar/)).toBeVisible();
  await frida.getByRole("button", { name: "Avsluta rollen", exact: true }).click();
  await expect(frida.getByRole("button", { name: /^Avsluta rollen för Gustav Nyman: Granskare/ })).toHaveCount(0);
  await context.close();
});

test("an invitation is taken back before anybody uses it", async ({ as }) => {
  const astrid = await as("Astrid");
  await astrid.goto("/settings");
  await astrid.getByRole("button", { name: "Bjud in någon" }).click();
  await astrid.getByRole("button", { name: "Skapa inbjudan" }).click();
  const link = ((await astrid.locator("[data-secret]").textContent()) ?? "").trim();
  await astrid
    .getByRole("button", { name: /^Återkalla inbjudan/ })
    .first()
    .click();
  await expect(astrid.getByText(/återkallad/).first()).toBeVisible();
  const cecilia = await as("Cecilia");
  await cecilia.goto(link);
  await cecilia.getByRole("button", { name: "Ta emot rollen" }).click();
  await expect(refusal(cecilia)).toBeVisible();
});

test("a person is shut out at the next request and let in again; erasing says what goes and what stays", async ({
  as,
  browser,
}) => {
  const context = await browser.newContext({ baseURL: demo().portal, locale: "sv-SE" });
  const gustav = await context.newPage();
  await gustav.goto("/sign-in");
  await pickAtProvider(gustav, /Gustav Nyman/);
  await expect(gustav.getByText("Gustav Nyman").first()).toBeVisible();
  const frida = await as("Frida");
  await frida.goto("/settings");
  await frida.getByRole("button", { name: "Stäng av Gustav Nyman" }).click();
  await frida.getByRole("button", { name: "Stäng av personen" }).click();
  await expect(frida.getByRole("button", { name: "Släpp in Gustav Nyman igen" })).toBeVisible();
  await gustav.goto("/directory");
  await gustav.waitForURL(/\/sign-in/);
  await frida.getByRole("button", { name: "Släpp in Gustav Nyman igen" }).click();
  await expect(frida.getByRole("button", { name: "Stäng av Gustav Nyman" })).toBeVisible();
  await frida.getByRole("button", { name: "Radera Gustav Nyman" }).click();
  await expect(frida.getByText(/Det går inte att ångra/)).toBeVisible();
  await expect(frida.getByText(/Loggens kedja förblir hel/)).toBeVisible();
  await expectAccessible(frida);
  await frida.getByRole("button", { name: "Låt det vara" }).click();
  await expect(frida.getByText(/Det går inte att ångra/)).toHaveCount(0);
  await context.close();
});

test("the federation's name is the coordinator's to change", async ({ as }) => {
  const frida = await as("Frida", "en");
  await frida.goto("/settings");
  const rename = async (name: string): Promise<void> => {
    await frida.getByRole("button", { name: "Change the federation" }).click();
    await frida.getByLabel("Name", { exact: true }).fill(name);
    await expectAccessible(frida);
    await frida.getByRole("button", { name: "Save", exact: true }).click();
    await expect(frida.getByRole("banner").getByText(name)).toBeVisible();
  };
  const was = ((await frida.getByRole("banner").locator("b").first().textContent()) ?? "").trim();
  await rename("Provfederationen");
  await rename(was);
  const astrid = await as("Astrid", "en");
  await astrid.goto("/settings");
  await expect(astrid.getByRole("heading", { name: "People" })).toBeVisible();
  await expect(astrid.getByRole("button", { name: "Change the federation" })).toHaveCount(0);
});

test("the language that a person chose holds in a browser where none was chosen", async ({ as }) => {
  const first = await as("Cecilia");
  const fresh = async (): Promise<Page> => {
    const page = await as("Cecilia", "en");
    await page.context().clearCookies({ name: "tillit.locale" });
    return page;
  };
  const choose = async (page: Page, from: string, to: string): Promise<void> => {
    await page.goto("/");
    const kept = page.waitForResponse((answer) => answer.request().method() === "PATCH");
    await page.getByRole("button", { name: from }).click();
    await page
      .getByRole("menuitemradio", { name: to })
      .or(page.getByRole("menuitem", { name: to }))
      .first()
      .click();
    expect((await kept).ok()).toBe(true);
  };
  const before = await fresh();
  await before.goto("/");
  await expect(before.locator("html")).toHaveAttribute("lang", "sv");
  await choose(first, "Svenska", "English");
  const after = await fresh();
  await after.goto("/");
  await expect(after.locator("html")).toHaveAttribute("lang", "en");
  await choose(first, "English", "Svenska");
  const again = await fresh();
  await again.goto("/");
  await expect(again.locator("html")).toHaveAttribute("lang", "sv");
});

test("an agency is renamed, suspended and activated by a coordinator; asking fewer approvers is a proposal", async ({
  as,
}) => {
  const frida = await as("Frida", "en");
  const agency = await agencyNamed(frida, "Region Mälarkusten");
  await frida.goto(`/agencies/${agency}`);
  const edit = async (change: () => Promise<void>): Promise<void> => {
    await frida.getByRole("button", { name: "Change the details" }).click();
    await change();
    await expectAccessible(frida);
    await frida.getByRole("button", { name: "Save the details" }).click();
    await expect(frida.getByRole("button", { name: "Change the details" })).toBeVisible();
  };
  await edit(() => frida.getByLabel("Name in English").fill("Region Malarkusten, renamed"));
  await expect(frida.getByRole("heading", { level: 1 })).toHaveText("Region Malarkusten, renamed");

  await edit(() => frida.getByText("Two different approvers are required").click());
  await expect(frida.getByText("2 approvers required")).toBeVisible();
  await edit(() => frida.getByText("One approver suffices").click());
  await expect(frida.getByText("2 approvers required")).toBeVisible();
  await frida.getByRole("link", { name: "Review the change" }).click();
  await expect(frida.getByRole("row", { name: "Consents required 2 1" })).toBeVisible();
  await expect(frida.getByRole("button", { name: /^Approve/ })).toHaveCount(0);
  await expectAccessible(frida);

  await frida.goto(`/agencies/${agency}`);
  await frida.getByRole("button", { name: "Suspend the agency…" }).click();
  await frida.getByRole("button", { name: "Suspend", exact: true }).click();
  await expect(refusal(frida).filter({ hasText: "Write a reason" })).toBeVisible();
  await frida.getByLabel("Reason").fill("contacts do not answer");
  await expectAccessible(frida);
  await frida.getByRole("button", { name: "Suspend", exact: true }).click();
  await expect(frida.getByText("Suspended from the federation.", { exact: true })).toBeVisible();
  await frida.getByRole("button", { name: "Activate the agency" }).click();
  await expect(frida.getByText("Active in the federation.", { exact: true })).toBeVisible();
});
