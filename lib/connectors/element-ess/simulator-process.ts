import { z } from "zod";
import { EssSimulator, Trouble } from "./simulator.ts";

/** What a test tells the process: how to misbehave, or what its list is to be behind the portal's back. */
export const Order = z.object({
  id: z.int(),
  trouble: Trouble.optional(),
  edit: z.array(z.string()).optional(),
});
/** What the process answers to each order. */
export const Report = z.object({
  id: z.int(),
  entries: z.array(z.string()),
  reads: z.int(),
  writes: z.int(),
});

const [token = "", file = "", port = "0"] = process.argv.slice(2);
const simulator = new EssSimulator({ token, file, port: Number(port) });
const listening = await simulator.listen();
process.on("message", (message) => {
  const order = Order.safeParse(message);
  if (!order.success) return;
  const { id, trouble, edit } = order.data;
  if (trouble !== undefined) simulator.trouble = trouble;
  if (edit !== undefined) simulator.edit(edit);
  process.send?.({ id, entries: simulator.entries, ...simulator.calls });
});
process.on("disconnect", () => process.exit());
process.send?.({ port: listening.port });
