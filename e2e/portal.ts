import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import { type BrowserContext, test as base, expect, type Locator, type Page } from "@playwright/test";
import { z } from "zod";

const Demo = z.object({
  portal: z.string(),
  chat: z.string(),
  people: z.array(
    z.object({ subject: z.string(), name: z.string(), cookie: z.string(), agency: z.string().nullable() }),
  ),
  homeservers: z.array(z.object({ serverName: z.string() })),
});

/** What the demo says of itself: its address, and a session for each person. */
export const demo = () => Demo.parse(JSON.parse(readFileSync(process.env["TILLIT_DEMO_FILE"] ?? "", "utf8")));

export type Name = "Astrid" | "Bo" | "Cecilia" | "David" | "Elin" | "Frida" | "Gustav";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Fails on anything that WCAG 2.2 AA forbids and axe can find. */
export const expectAccessible = async (page: Page): Promise<void> => {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  expect(violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }))).toEqual([]);
};

/** What an act was refused with. The framework's announcer of page titles is an alert too, and comes when it likes. */
export const refusal = (page: Page): Locator => page.locator('[role="alert"]:not(#__next-route-announcer__)');

/** Presses Tab until the element has focus, as a person without a mouse would. */
export const tabTo = async (page: Page, target: Locator): Promise<void> => {
  await expect(target).toBeVisible();
  for (let presses = 0; presses < 120; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("the keyboard does not reach it");
};

export const pressOn = async (page: Page, target: Locator, key = "Enter"): Promise<void> => {
  await tabTo(page, target);
  await page.keyboard.press(key);
};

type Fixtures = { readonly as: (name: Name, locale?: "sv" | "en") => Promise<Page> };

/** What a browser says of the policy when something breaks it. */
const watch = (page: Page, faults: string[]): void => {
  page.on("console", (message) => {
    if (/content security policy|violates the following/i.test(message.text())) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(error.message));
};

/** Whether the page's scripts have taken each of its buttons over: one pressed before that does nothing, and says nothing. */
const isTakenOver = (): boolean =>
  !("__next_f" in window) ||
  [...document.querySelectorAll("button")].every((button) =>
    Object.keys(button).some((key) => key.startsWith("__reactProps$")),
  );

/** A journey opens a page as a person does, who looks at it before the first press. */
const lookFirst = (page: Page): void => {
  const goto = page.goto.bind(page);
  page.goto = async (url, options) => {
    const answer = await goto(url, options);
    await page.waitForFunction(isTakenOver, undefined, { timeout: 15_000 });
    return answer;
  };
};

export const test = base.extend<Fixtures>({
  /** A page in which that person is signed in. The test fails if its policy is broken or a script falls. */
  as: async ({ browser }, provide) => {
    const faults: string[] = [];
    const contexts: BrowserContext[] = [];
    await provide(async (name, locale = "sv") => {
      const { portal, people } = demo();
      const context = await browser.newContext({ baseURL: portal, locale: locale === "sv" ? "sv-SE" : "en-GB" });
      contexts.push(context);
      const cookie = people.find((person) => person.name.startsWith(name))?.cookie ?? "";
      const [key = "", value = ""] = cookie.split(/=(.*)/s);
      await context.addCookies([
        { name: key, value, url: portal, httpOnly: true, sameSite: "Lax" },
        { name: "tillit.locale", value: locale, url: portal },
      ]);
      const page = await context.newPage();
      watch(page, faults);
      lookFirst(page);
      return page;
    });
    for (const context of contexts) await context.close();
    expect(faults).toEqual([]);
  },
});

export { expect };
