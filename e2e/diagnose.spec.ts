import { expect, expectAccessible, test } from "./portal.ts";

for (const locale of ["sv", "en"] as const)
  test(`a diagnosis is asked for, followed live, and holds WCAG 2.2 AA as axe sees it, in ${locale}`, async ({
    as,
  }) => {
    const page = await as("Astrid", locale);
    await page.goto("/servers");
    await page.getByRole("link", { name: "chat.fv.example" }).click();
    await page.getByRole("link", { name: locale === "sv" ? "Når den andra?" : "Does it reach others?" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: locale === "sv" ? /Från/ : /From/ }).click();
    await page.getByRole("option", { name: "chat.ts.example" }).click();
    await page.getByRole("button", { name: locale === "sv" ? "Ta reda på det" : "Find out" }).click();
    await expect(page.locator("[data-diagnosis='done']")).toBeVisible({ timeout: 60_000 });
    await expect(page.locator("[data-check^='address:']")).toHaveCount(2);
    await expect(page.locator("[data-check='tls:pass']")).toHaveCount(2);
    await expect(page.locator("[data-feature^='encryption:']")).toHaveCount(1);
    await expectAccessible(page);
    await page.reload();
    await expect(page.locator("[data-diagnosis='done']")).toBeVisible();
  });
