import { expect, expectAccessible, test } from "./portal.ts";

const PAGES = [
  "/",
  "/inbox",
  "/directory",
  "/agreements",
  "/servers",
  "/changes",
  "/audit",
  "/settings",
  "/requests/new",
  "/emergency",
  "/notices",
  "/settings/webhooks",
  "/terms",
  "/applications",
  "/settings/approval-rules",
  "/settings/rules",
  "/circles",
  "/circles/new",
  "/upkeep",
  "/accessibility",
] as const;

for (const locale of ["sv", "en"] as const)
  for (const path of PAGES)
    test(`${path} holds WCAG 2.2 AA as axe sees it, in ${locale}`, async ({ as }) => {
      const page = await as("Astrid", locale);
      await page.goto(path);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.locator("html")).toHaveAttribute("lang", locale);
      await page.waitForLoadState("load");
      await expectAccessible(page);
    });

for (const locale of ["sv", "en"] as const)
  test(`an agency and a homeserver hold WCAG 2.2 AA as axe sees it, in ${locale}`, async ({ as }) => {
    const page = await as("Astrid", locale);
    await page.goto("/servers");
    await page.getByRole("link", { name: "chat.fv.example" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "chat.fv.example" })).toBeVisible();
    await expect(page.locator("[data-step='keys:pass']")).toBeVisible();
    await expect(page.locator("pre")).toContainText("tillit");
    await expectAccessible(page);
    await page
      .getByRole("main")
      .getByRole("link", { name: /Försäkringsverket|Swedish Insurance/ })
      .first()
      .click();
    await expect(page.getByRole("heading", { level: 1, name: /Försäkringsverket|Swedish Insurance/ })).toBeVisible();
    await expectAccessible(page);
  });

test("the sign-in page shows the providers and holds WCAG 2.2 AA as axe sees it", async ({ as }) => {
  const page = await as("Astrid");
  await page.context().clearCookies({ name: "tillit.session" });
  await page.goto("/");
  await page.waitForURL(/\/sign-in/);
  await expect(page.getByRole("button", { name: /^Logga in med/ })).toBeVisible();
  await expectAccessible(page);
});

test("the directory's filter lives in the address", async ({ as }) => {
  const page = await as("Astrid");
  await page.goto("/directory");
  await page
    .getByRole("radio", { name: "Kommun" })
    .or(page.getByRole("button", { name: "Kommun" }))
    .first()
    .click();
  await page.waitForURL(/memberClass=municipality/);
  await expect(page.getByRole("rowheader")).toHaveCount(2);
  await page.getByLabel("Sök på namn, nummer eller server").fill("Ekhamra");
  await expect(page.getByRole("rowheader")).toHaveCount(1);
  await page.reload();
  await expect(page.getByRole("rowheader")).toHaveCount(1);
});

test("⌘K finds an agency and `?` lists the keys", async ({ as }) => {
  const page = await as("Astrid");
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Tangenter" })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByRole("searchbox").fill("Trafik");
  await expect(page.getByRole("option", { name: /Trafikstyrelsen/ })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Trafikstyrelsen" })).toBeVisible();
});

test("the portal away keeps what was known, says so, and asks again", async ({ as }) => {
  const page = await as("Astrid");
  await page.goto("/directory");
  await expect(page.getByRole("rowheader").first()).toBeVisible();
  await page.route("**/api/v1/agencies**", (route) => route.abort());
  await page.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
  await page
    .getByRole("radio", { name: "Kommun" })
    .or(page.getByRole("button", { name: "Kommun" }))
    .first()
    .click();
  await expect(page.getByText("Portalen svarar inte").first()).toBeVisible({ timeout: 20_000 });
  await page.unroute("**/api/v1/agencies**");
  await page.getByRole("button", { name: "Försök igen" }).click();
  await expect(page.getByRole("rowheader")).toHaveCount(2);
});

test("a token is shown once", async ({ as }) => {
  const page = await as("Cecilia");
  await page.goto("/settings");
  await page.getByRole("button", { name: "Ny API-nyckel" }).click();
  await page.getByLabel("Namn", { exact: true }).fill("rapport");
  await page.getByRole("button", { name: "Skapa nyckeln" }).click();
  await expect(page.locator("[data-secret]")).toContainText("tlt_");
  await expectAccessible(page);
  await page.reload();
  await expect(page.getByText("rapport")).toBeVisible();
  await expect(page.locator("[data-secret]")).toHaveCount(0);
});
