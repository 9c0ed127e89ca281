import { expect, expectAccessible, refusal, test } from "./portal.ts";

test("an approver tries a rule on the past year, proposes it, cannot approve it alone, and stops it", async ({
  as,
}) => {
  const page = await as("Bo");
  await page.goto("/settings/approval-rules");
  await page.getByRole("button", { name: "Ny regel" }).click();
  await page.getByRole("button", { name: "Föreslå regeln" }).click();
  await expect(refusal(page)).toContainText("Välj minst ett krav");
  await page.getByRole("checkbox", { name: "Ett klassningstak" }).check({ force: true });
  await page.getByRole("checkbox", { name: "Ett slutdatum" }).check({ force: true });
  await page.getByRole("button", { name: "Prova på det gångna året" }).click();
  await expect(page.getByText(/det gångna året/).last()).toBeVisible();
  await page.getByLabel("Ägare").click();
  await page.getByRole("option", { name: "Bo Lind" }).click();
  const end = new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel("Sista dag").fill(end);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Föreslå regeln" }).click();
  await expect(page.getByRole("heading", { name: "Regel 1: Det andra begär av oss" })).toBeVisible();
  await expect(page.getByText("föreslagen, väntar på en annan godkännare")).toBeVisible();
  await page.getByRole("button", { name: "Visa provet, regel 1" }).click();
  await expect(page.getByRole("button", { name: "Godkänn regel 1" })).toHaveCount(0);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Stoppa regel 1" }).click();
  await page.getByLabel("Varför?").fill("Bara ett prov");
  await page.getByRole("button", { name: "Stoppa regel 1 nu" }).click();
  await expect(page.getByText("stoppad av Bo Lind: Bara ett prov")).toBeVisible();
});
