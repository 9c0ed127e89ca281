import { statSync } from "node:fs";
import { z } from "zod";
import { portalClient } from "#demo/portal-client.ts";
import { demo, expect, expectAccessible, test } from "./portal.ts";

const Agreements = z.object({ items: z.array(z.object({ id: z.string(), createdAt: z.number() })) });

/** The first of those that stood when the demo said that it was ready: later ones are other journeys'. */
const firstOfDemo = async (): Promise<string> => {
  const { portal, people } = demo();
  const ready = statSync(process.env["TILLIT_DEMO_FILE"] ?? "").mtimeMs;
  const cookie = people.find(({ subject }) => subject === "astrid")?.cookie ?? "";
  const { items } = await portalClient(portal, cookie).get("agreements?limit=200", Agreements);
  return items.find(({ createdAt }) => createdAt <= ready)?.id ?? "";
};

test("the demo's first agreement is that of a Synapse and a Rocket.Chat, in force once its cache has run out", async ({
  as,
}) => {
  const astrid = await as("Astrid");
  const id = await firstOfDemo();
  await astrid.goto("/agreements");
  await astrid.locator(`main [data-agreement='${id}']`).getByRole("link", { name: "Arbetslivsverket" }).click();
  const status = astrid.locator("main [data-status]").first();
  await expect(status).toHaveAttribute("data-status", /^(on_its_way|in_force)$/);
  await expect(status).toHaveAttribute("data-status", "in_force", { timeout: 120_000 });
  await expect(astrid.locator("[data-station='observed:reached']")).toHaveCount(2);
  for (const runs of [/chat\.fv\.example.*Synapse/, /chat\.alv\.example.*Rocket\.Chat/])
    await expect(astrid.getByRole("listitem").filter({ hasText: runs }).first()).toBeVisible();
  await expectAccessible(astrid);
});
