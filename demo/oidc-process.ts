import { z } from "zod";
import { startOidc } from "./oidc.ts";

/** The provider as a process of its own: its settings come as JSON in DEMO_OIDC. */
const Settings = z.object({
  port: z.int(),
  clients: z.array(z.object({ id: z.string(), secret: z.string(), redirectUris: z.array(z.string()) })),
});

const { server } = await startOidc(Settings.parse(JSON.parse(process.env["DEMO_OIDC"] ?? "{}")));
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
