"""Fixtures: one Synapse process on SQLite, made anew for each test that asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from papers import Portal
from synapse_processes import Process, base_config, free_port, listener, module_config

NAME = "chat.agency.example"


@dataclass
class One:
    """A server of one process, and the portal that it knows."""

    process: Process
    portal: Portal
    folder: Path

    @property
    def port(self) -> int:
        return self.process.port

    def probe(self, origin: str) -> int:
        return self.process.probe(origin, NAME)


@pytest.fixture
def one_server(tmp_path: Path) -> Iterator[Callable[..., One]]:
    """Starts a server: `one_server(whitelist=[], **module settings)`."""
    made: list[Process] = []

    def start(whitelist: Any = (), settings: Any = None, **over: Any) -> One:
        portal = Portal(NAME)
        config = module_config(portal, **over) if settings is None else settings
        port = free_port()
        yaml_whitelist = list(whitelist) if isinstance(whitelist, (list, tuple)) else None
        file = base_config(tmp_path, NAME, config, yaml_whitelist, listeners=[listener(port, "client", "federation")])
        process = Process(tmp_path, "main", port, [str(file)]).start()
        made.append(process)
        return One(process.wait(), portal, tmp_path)

    yield start
    for process in made:
        process.stop()
