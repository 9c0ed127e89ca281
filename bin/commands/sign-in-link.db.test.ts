import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { db } from "#lib/data/client.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { redeemLink } from "#lib/operations/sign-in-links.ts";
import { newTraceId } from "#lib/platform/ids.ts";
import { actorBy, begin, openPortal, tokenIn } from "#lib/testing/sign-in/portal.ts";
import { signInLink } from "./sign-in-link.ts";

let portal: Awaited<ReturnType<typeof openPortal>>;
let start: Awaited<ReturnType<typeof begin>>;
beforeAll(async () => {
  portal = await openPortal();
  start = await begin();
});
afterAll(async () => {
  await portal.goAway();
  await portal.close();
});

const run = async (...args: string[]): Promise<{ status: number; printed: string }> => {
  let printed = "";
  const out = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  const quiet = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  const status = await signInLink(args).finally(() => {
    out.mockRestore();
    quiet.mockRestore();
  });
  return { status, printed: printed.trim() };
};

describe("tillit sign-in-link", () => {
  it("prints a link alone, which signs that person in and stands in the audit log", async () => {
    const { status, printed } = await run(toPublicId("per", start.coordinator.person));
    expect(status).toBe(0);
    const begun = await redeemLink({ token: tokenIn(printed) }, newTraceId());
    const actor = await actorBy(begun.ok ? begun.value.secret : undefined);
    expect(actor?.person).toBe(start.coordinator.person);
    const rows = await db("owner").$queryRaw<{ kind: string }[]>`select kind from audit order by seq`;
    expect(rows.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["link.created", "link.redeemed"]));
  });
  it("finds a person by address, whatever its case", async () => {
    expect((await run("FRIDA@fv.example")).status).toBe(0);
  });
  it("prints nothing for nobody, for wrong arguments, and no set-up link once the federation is set up", async () => {
    expect(await run("nobody@fv.example")).toEqual({ status: 1, printed: "" });
    expect(await run("a@b.example", "more")).toEqual({ status: 2, printed: "" });
    expect(await run("agy_1")).toEqual({ status: 2, printed: "" });
    expect(await run()).toEqual({ status: 1, printed: "" });
  });
});
