import { expect, it } from "vitest";
import { levelName } from "./level.ts";

it("says a level of assurance as people do, and never invents one", () => {
  expect(levelName("http://id.elegnamnden.se/loa/1.0/loa3")).toBe("LoA3");
  expect(levelName("urn:example:high")).toBe("high");
  expect(levelName("2")).toBe("2");
});
