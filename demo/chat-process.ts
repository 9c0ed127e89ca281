import { ChatSettings, startChat } from "./chat.ts";

const server = await startChat(ChatSettings.parse(JSON.parse(process.env["DEMO_CHAT"] ?? "{}")));
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
