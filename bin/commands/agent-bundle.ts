import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";

const ROOT = join(import.meta.dirname, "../..");

/**
 * Makes the agent into one file that needs nothing but Node.
 *
 * @param path where it is put
 * @returns its size in bytes
 */
export const bundleAgent = async (path: string): Promise<number> => {
  const bundle = await rolldown({ input: join(ROOT, "bin/agent.ts"), platform: "node", cwd: ROOT, logLevel: "silent" });
  await bundle.write({ file: path, format: "esm", minify: true, codeSplitting: false });
  await bundle.close();
  await writeFile(path, `#!/usr/bin/env node\n${await readFile(path, "utf8")}`);
  await chmod(path, 0o755);
  return (await stat(path)).size;
};

/** `tillit agent-bundle [FILE]`: writes the file and says how large it is. */
export const agentBundle = async ([path = "dist/tillit-agent.mjs"]: readonly string[]): Promise<number> => {
  const size = await bundleAgent(resolve(path));
  process.stdout.write(`${path} ${size} bytes\n`);
  return 0;
};
