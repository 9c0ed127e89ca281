import { expect, test } from "vitest";
import { receiptOf } from "./application.ts";

test("one application of an organisation waits at a time, and strangers together send what can be read", () => {
  expect(receiptOf({ recent: 0, open: 0, theirs: 0 })).toBe("keep");
  expect(receiptOf({ recent: 1, open: 1, theirs: 1 })).toBe("drop");
  expect(receiptOf({ recent: 20, open: 20, theirs: 0 })).toBe("full");
  expect(receiptOf({ recent: 0, open: 200, theirs: 0 })).toBe("full");
  // Being full is said to all alike, also to one who already waits.
  expect(receiptOf({ recent: 20, open: 20, theirs: 1 })).toBe("full");
});
