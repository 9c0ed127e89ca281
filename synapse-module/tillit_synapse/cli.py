"""`tillit-synapse check` and `tillit-synapse export-static`: for the operator, on the homeserver's own machine."""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from .denylist import DenyList
from .laws.effect import effect_of
from .laws.state import law_time
from .settings import Settings, read_settings
from .store import read_all

MODULE = "tillit_synapse.TillitModule"


class Fault(Exception):
    """What is wrong, and what to write."""


def load_config(files: Sequence[str]) -> dict[str, Any]:
    """The homeserver's YAML files, merged as Synapse does: the last one wins for each top-level key."""
    merged: dict[str, Any] = {}
    for file in files:
        try:
            found = yaml.safe_load(Path(file).read_text("utf-8"))
        except (OSError, yaml.YAMLError) as fault:
            raise Fault(f"{file} cannot be read: {fault}") from fault
        if not isinstance(found, dict):
            raise Fault(f"{file} holds no settings")
        merged.update(found)
    if not isinstance(merged.get("server_name"), str):
        raise Fault("there is no `server_name`")
    return merged


def module_settings(config: dict[str, Any]) -> Settings:
    """The module's settings. Raises Fault where the module is not there, or there twice."""
    found = [one for one in config.get("modules") or [] if isinstance(one, dict) and one.get("module") == MODULE]
    if len(found) != 1:
        raise Fault(f"`modules` must hold `module: {MODULE}` exactly once; it holds it {len(found)} times")
    return read_settings(found[0].get("config"), config["server_name"])


def faults_of(config: dict[str, Any]) -> list[str]:
    """Everything that keeps the module from enforcing, as far as the files show it."""
    settings = module_settings(config)
    found = list(settings.faults)
    whitelist = config.get("federation_domain_whitelist")
    if whitelist is None:
        found.append("the server is open to everyone: write `federation_domain_whitelist: []`")
    elif whitelist:
        found.append(
            "the names in `federation_domain_whitelist` are not used: write `[]`, and the names under"
            " `before_first_list` if they must hold until the first list"
        )
    deny = DenyList(settings.local_deny_file)
    deny.refresh()
    if deny.names is None:
        found.append(deny.fault)
    try:
        import synapse.module_api  # noqa: F401
    except ImportError as fault:
        found.append(f"Synapse cannot be imported with this Python: {fault}")
    return found


def _dollar(sql: str) -> str:
    return sql.replace("?", "%s")


class _Cursor:
    """A cursor that takes `?` on every database, as Synapse's own does."""

    def __init__(self, cursor: Any, adapt: Callable[[str], str]) -> None:
        self._cursor, self._adapt = cursor, adapt

    def execute(self, sql: str, given: Sequence[Any] = ()) -> None:
        self._cursor.execute(self._adapt(sql), given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


def connect(config: dict[str, Any]) -> tuple[Any, _Cursor]:
    """A connection of our own to the homeserver's database, and its cursor."""
    database = config.get("database") or {}
    args = {name: value for name, value in (database.get("args") or {}).items() if not name.startswith("cp_")}
    if database.get("name") == "sqlite3":
        link: Any = sqlite3.connect(f"file:{args['database']}?mode=ro", uri=True)
        return link, _Cursor(link.cursor(), str)
    if database.get("name") == "psycopg2":
        import psycopg2

        link = psycopg2.connect(**args)
        link.set_session(readonly=True)
        return link, _Cursor(link.cursor(), _dollar)
    raise Fault("`database` is neither sqlite3 nor psycopg2")


def export_static(config: dict[str, Any]) -> str:
    """The list in force, less the local deny list, as YAML that Synapse reads without the module."""
    settings = module_settings(config)
    if settings.faults:
        raise Fault("; ".join(settings.faults))
    link, cursor = connect(config)
    try:
        held = read_all(cursor).held
    finally:
        link.close()
    effect = effect_of(held, settings.rules)
    if effect.fault:
        raise Fault(effect.fault)
    deny = DenyList(settings.local_deny_file)
    deny.refresh()
    if deny.names is None:
        raise Fault(deny.fault)
    if effect.open_to_all:
        return "# No list has been enforced yet: the server is open, as before.\n"
    now = law_time(held, time.time_ns() // 1_000_000)
    names = [name for name in effect.open_at(now) if name not in deny.names]
    head = f"# List {effect.epoch}.{effect.version} of {settings.rules.federation}, as it was when exported.\n"
    return head + yaml.safe_dump({"federation_domain_whitelist": names})


def main(given: Sequence[str] | None = None) -> int:
    """Exit status 0 when all is well, 1 with one line per fault on standard error otherwise."""
    parser = argparse.ArgumentParser(prog="tillit-synapse", description=__doc__)
    parser.add_argument("command", choices=["check", "export-static"])
    parser.add_argument("-c", "--config", action="append", required=True, help="homeserver.yaml; may be repeated")
    asked = parser.parse_args(given)
    try:
        config = load_config(asked.config)
        if asked.command == "export-static":
            print(export_static(config), end="")
            return 0
        found = faults_of(config)
    except Fault as fault:
        found = [str(fault)]
    except Exception as fault:
        found = [f"the homeserver's database cannot be read: {fault}"]
    for one in found:
        print(f"tillit-synapse: {one}", file=sys.stderr)
    if not found:
        print("tillit-synapse: the settings are in order")
    return 1 if found else 0
