// A Python environment with the pinned Synapse and the module that enforces a signed list in it.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { atLeast, command, hashOf, isRoot, Missing, once, printed, ROOT } from "./steps.mjs";

const VENV = ".tillit/venv";
const LEAST = "3.10";
/** The newest release of Synapse, and the version of everything beneath it. */
const CONSTRAINTS = "synapse-module/constraints/newest.txt";
const VERSION = "import sys; print('.'.join(map(str, sys.version_info[:3])))";

const apt = (packages) => `${isRoot ? "" : "sudo "}apt-get install -y ${packages}   (or your system's own way)`;

/** The newest Python of this machine that will do. */
const findPython = () => {
  const names = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];
  const found = names.find((name) => {
    const version = printed(name, ["-c", VERSION]);
    return version !== undefined && atLeast(version, LEAST);
  });
  if (found === undefined) throw new Missing(`Python ≥ ${LEAST}`, apt("python3 python3-venv"));
  if (printed(found, ["-c", "import venv, ensurepip"]) === undefined) {
    throw new Missing("Python's venv module", apt("python3-venv"));
  }
  return found;
};

export const installPython = async () => {
  const python = join(ROOT, VENV, "bin/python");
  const works = existsSync(python) && printed(python, ["-c", VERSION]) !== undefined;
  if (!works) rmSync(join(ROOT, VENV), { recursive: true, force: true });
  const pip = (...args) => command(python, ["-m", "pip", "--disable-pip-version-check", "install", "--quiet", ...args]);

  const synapse = hashOf(CONSTRAINTS);
  await once(
    `${VENV}/.synapse-installed`,
    synapse,
    "Synapse in a Python environment of its own (half a minute)",
    async () => {
      const base = findPython();
      rmSync(join(ROOT, VENV), { recursive: true, force: true });
      await command(base, ["-m", "venv", join(ROOT, VENV)]);
      await pip("-c", join(ROOT, CONSTRAINTS), "matrix-synapse");
    },
  );
  const sources = `${synapse} ${hashOf("synapse-module/pyproject.toml", "synapse-module/tillit_synapse")}`;
  await once(`${VENV}/.module-installed`, sources, "the module for Synapse", () =>
    pip("--no-deps", "--force-reinstall", join(ROOT, "synapse-module")),
  );
};
