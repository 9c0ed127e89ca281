import type { Locator, Page } from "@playwright/test";
import { expect, expectAccessible, pressOn, refusal, tabTo, test } from "./portal.ts";

/** Goes into the group of radio buttons, and by its arrows to the one meant. */
const choose = async (page: Page, wanted: Locator): Promise<void> => {
  const focused = (radio: Locator) => radio.evaluate((element) => element === document.activeElement);
  await tabTo(page, page.getByRole("radio").first());
  for (let at = 0; !(await focused(wanted)); at += 1) {
    expect(at).toBeLessThan(await page.getByRole("radio").count());
    await page.keyboard.press("ArrowDown");
  }
  await page.keyboard.press("Space");
};

/** Asks Trafikstyrelsen for trust, one question a page. */
const request = async (page: Page): Promise<string> => {
  await page.goto("/directory");
  await pressOn(page, page.getByRole("main").getByRole("link", { name: "Begär förtroende" }));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Vem vill ni federera med?");
  await pressOn(page, page.getByRole("button", { name: "Fortsätt" }));
  await expect(refusal(page).filter({ hasText: "Välj en myndighet" })).toBeFocused();
  await choose(page, page.getByRole("radio", { name: /Trafikstyrelsen/ }));
  await pressOn(page, page.getByRole("button", { name: "Fortsätt" }));
  await tabTo(page, page.getByLabel("Ändamål"));
  await page.keyboard.type("olycksutredning norr");
  await expectAccessible(page);
  await pressOn(page, page.getByRole("button", { name: "Fortsätt" }));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Vad avtalas?");
  await expectAccessible(page);
  await pressOn(page, page.getByRole("button", { name: "Fortsätt" }));
  await expect(page.getByRole("checkbox", { name: /chat\.ts\.example/ })).toBeChecked();
  await pressOn(page, page.getByRole("button", { name: "Fortsätt" }));
  await expect(page.getByLabel("Sista dag")).toBeVisible();
  await pressOn(page, page.getByRole("button", { name: "Fortsätt" }));
  await expect(page.getByText("olycksutredning norr")).toBeVisible();
  await expectAccessible(page);
  await pressOn(page, page.getByRole("button", { name: "Skicka begäran till Trafikstyrelsen" }));
  await page.waitForURL(/\/agreements\/agr_/);
  return new URL(page.url()).pathname;
};

/** Opens the agreement from the inbox, among what else waits there, and consents with the button that says what it does. */
const consent = async (page: Page, address: string, button: RegExp): Promise<void> => {
  await page.goto("/inbox");
  await pressOn(page, page.locator(`main a[href^='${address}']`).filter({ hasText: "Granska" }));
  await expect(page.getByText("Det lyfter ingen sekretess")).toBeVisible();
  await expect(page.locator("[data-line='add:chat.ts.example']")).toBeVisible();
  await expect(page.locator("[data-line='add:chat.fv.example']")).toBeVisible();
  await expectAccessible(page);
  await pressOn(page, page.getByRole("button", { name: button }));
  await page.waitForURL(/\/agreements\/agr_[^/]+$/);
};

test("two approvals open a door and one revocation shuts it, with the keyboard alone and without reload", async ({
  as,
}) => {
  const astrid = await as("Astrid");
  const address = await request(astrid);
  await expect(astrid.locator("main [data-status]").first()).toHaveAttribute("data-status", "requested");

  await consent(await as("Bo"), address, /Tillstyrk/);
  await expect(astrid.locator("main [data-status]").first()).toHaveAttribute("data-status", "offered");

  const david = await as("David");
  await consent(david, address, /^Godkänn: öppna chat\.fv\.example ⇄ chat\.ts\.example$/);
  // Astrid's page was not touched since she sent the request.
  await expect(astrid.locator("main [data-status]").first()).toHaveAttribute("data-status", "in_force");
  await expect(astrid.locator("[data-station='observed:reached']")).toHaveCount(2);
  await expect(astrid.locator("[data-key$=':turned']")).toHaveCount(2);
  await expectAccessible(astrid);

  await pressOn(david, david.getByRole("button", { name: "Återkalla…" }));
  await pressOn(david, david.getByRole("button", { name: /^Återkalla: stäng/ }));
  await expect(refusal(david).filter({ hasText: "Skriv ett skäl" })).toBeVisible();
  await tabTo(david, david.getByLabel("Skäl"));
  await david.keyboard.type("utredningen är klar");
  await expectAccessible(david);
  await pressOn(david, david.getByRole("button", { name: /^Återkalla: stäng/ }));
  await expect(astrid.locator("main [data-status]").first()).toHaveAttribute("data-status", "revoke", {
    timeout: 20_000,
  });
  await expect(astrid.getByText("Skäl: utredningen är klar")).toBeVisible();

  const elin = await as("Elin");
  await elin.goto("/audit");
  await expect(elin.locator("[data-verified='true']")).toBeVisible();
  for (const kind of ["trust.request", "trust.endorse", "trust.accept", "trust.revoke"])
    await expect(elin.locator(`[data-kind='${kind}']`).first()).toBeVisible();
  await elin.goto(address);
  await expectAccessible(elin);
});
