import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";

const printed = z.object({
  name: z.string(),
  figures: z.array(z.object({ figure: z.string(), value: z.number(), ratio: z.number().nullable() })),
});

/** A measurement at a small size, which shows that it measures, not what: its figures are printed by the whole one. */
const small = (name: string, size: Readonly<Record<string, string>>): Promise<z.output<typeof printed>> =>
  new Promise((resolve, reject) => {
    const env = { ...process.env, ...size };
    const child = spawn(process.execPath, ["--expose-gc", join(import.meta.dirname, `${name}.ts`), "--json"], { env });
    let [out, said] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.once("exit", () => {
      try {
        resolve(printed.parse(JSON.parse(out)));
      } catch (fault) {
        reject(new Error(`${name}: ${said}`, { cause: fault }));
      }
    });
  });

it("a second round over servers in sync writes no list, and is measured beside its bare reads", async () => {
  const { figures } = await small("reconcile", { TILLIT_BENCH_SERVERS: "8" });
  expect(figures[0]).toMatchObject({ figure: "lists written", value: 0 });
  expect(figures[1]?.ratio).toBeGreaterThan(0);
}, 180_000);

it("one act cuts an agency from every server, and hanging ones do not keep the healthy from being cut", async () => {
  const { figures } = await small("cut", { TILLIT_BENCH_SERVERS: "8" });
  expect(figures.map(({ value }) => value > 0)).toEqual([true, true, true]);
}, 180_000);

it("agents that wait are answered when their own list is signed, and not before", async () => {
  const { figures } = await small("agents", { TILLIT_BENCH_AGENTS: "6" });
  expect(figures.slice(1).every(({ value }) => value > 0)).toBe(true);
}, 180_000);

it("a federation is brought in from two files with their previews, and is measured beside a bare insert", async () => {
  const size = { TILLIT_BENCH_AGENCIES: "60", TILLIT_BENCH_AGREEMENTS: "600", TILLIT_BENCH_ROUNDS: "1" };
  const { figures } = await small("import", size);
  expect(figures).toHaveLength(3);
  expect(figures.every(({ value, ratio }) => value > 0 && (ratio ?? 0) > 0)).toBe(true);
}, 180_000);
