import { EssSimulator, Order } from "./simulator.ts";

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
