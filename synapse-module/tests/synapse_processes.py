"""Real Synapse processes for the live tests: their files, their start, their end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import yaml
from papers import FEDERATION, Portal, now
from signedjson.key import encode_signing_key_base64, generate_signing_key

from tillit_synapse.settings import ASKS

API = "/_synapse/client/tillit/v1/"
PROBE = "/_matrix/federation/v1/version"
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def call(port: int, method: str, path: str, body: bytes | None = None, headers: Any = None, timeout: float = 20) -> Any:
    """Status and parsed body of one request; a refused connection raises."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers or {}, method=method)
    try:
        with _OPENER.open(request, timeout=timeout) as answer:
            return answer.status, json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as answer:
        raw = answer.read()
        with contextlib.suppress(ValueError):
            return answer.code, json.loads(raw)
        return answer.code, raw


def listener(port: int, *names: str) -> dict[str, Any]:
    return {"port": port, "bind_addresses": ["127.0.0.1"], "type": "http", "tls": False,
            "resources": [{"names": list(names)}]}  # fmt: skip


class Process:
    """One Synapse process; `args` are its configuration files."""

    def __init__(self, folder: Path, name: str, port: int, args: list[str], app: str = "homeserver") -> None:
        self.folder, self.name, self.port, self.args, self.app = folder, name, port, args, app
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> Process:
        flags = [flag for file in self.args for flag in ("-c", file)]
        with (self.folder / f"{self.name}.out").open("ab") as out:
            self.child = subprocess.Popen(
                [sys.executable, "-m", f"synapse.app.{self.app}", *flags], cwd=self.folder, stdout=out, stderr=out,
                env={**os.environ, "SYNAPSE_ASYNC_IO_REACTOR": "0"},
            )  # fmt: skip
        return self

    def wait(self, seconds: float = 60) -> Process:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.child is not None and self.child.poll() is not None:
                raise RuntimeError(f"{self.name} ended: {self.log()[-3000:]}")
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            time.sleep(0.05)
        raise RuntimeError(f"{self.name} did not start: {self.log()[-3000:]}")

    def send(self, number: int) -> None:
        assert self.child is not None
        self.child.send_signal(number)

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self.child is not None and self.child.poll() is None:
            self.child.send_signal(signal.SIGCONT)
            self.child.send_signal(number)
            try:
                self.child.wait(15)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()

    def log(self) -> str:
        files = [self.folder / f"{self.name}.out", self.folder / "hs.log"]
        return "".join(file.read_text("utf-8", "replace") for file in files if file.exists())

    def probe(self, origin: str, audience: str) -> int:
        """403: not let in. 401: let in as far as the signature, which is false."""
        header = f'X-Matrix origin="{origin}",destination="{audience}",key="ed25519:x",sig="AAAA"'
        return call(self.port, "GET", PROBE, headers={"Authorization": header})[0]


def base_config(folder: Path, server_name: str, module: Any, whitelist: Any, **over: Any) -> Path:
    """Writes homeserver.yaml. `module` None: no module; `whitelist` None: the server is open."""
    found: dict[str, Any] = {
        "server_name": server_name, "pid_file": str(folder / "hs.pid"), "report_stats": False,
        "registration_shared_secret": "secret", "macaroon_secret_key": "secret", "form_secret": "secret",
        "signing_key_path": str(folder / "signing.key"), "media_store_path": str(folder / "media"),
        "log_config": str(folder / "log.yaml"), "trusted_key_servers": [], "suppress_key_server_warning": True,
        "database": {"name": "sqlite3", "args": {"database": str(folder / "hs.db")}},
        "federation_whitelist_endpoint_enabled": True,
        "federation": {"client_timeout": "3s", "max_short_retries": 0, "max_long_retries": 0},
        "rc_login": {"address": {"per_second": 1000, "burst_count": 1000}},
    }  # fmt: skip
    if whitelist is not None:
        found["federation_domain_whitelist"] = whitelist
    if module is not None:
        found["modules"] = [{"module": "tillit_synapse.TillitModule", "config": module}]
    handler = {"class": "logging.StreamHandler", "formatter": "p"}
    log = {
        "version": 1, "formatters": {"p": {"format": "%(asctime)s %(name)s %(levelname)s %(message)s"}},
        "handlers": {"h": handler}, "root": {"level": "INFO", "handlers": ["h"]}, "disable_existing_loggers": False,
    }  # fmt: skip
    (folder / "log.yaml").write_text(yaml.safe_dump(log))
    file = folder / "hs.yaml"
    file.write_text(yaml.safe_dump({**found, **over}))
    if not (folder / "signing.key").exists():
        (folder / "signing.key").write_text(f"ed25519 hs1 {encode_signing_key_base64(generate_signing_key('hs1'))}\n")
    return file


def module_config(portal: Portal, **over: Any) -> dict[str, Any]:
    return {"federation": FEDERATION, "root_keys": portal.roots(), "asks": list(ASKS), **over}


def put(port: int, kind: str, raw: bytes) -> Any:
    return call(port, "PUT", API + kind, raw)


def ask(port: int, portal: Portal, **over: Any) -> Any:
    return call(port, "POST", API + "ask", portal.query(**over))


def until(met: Any, seconds: float = 10.0) -> float:
    """Waits until `met()` is true; how long it took, in s. Fails where it never is."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        with contextlib.suppress(OSError):
            if met():
                return time.monotonic() - started
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")


__all__ = ["Portal", "Process", "ask", "base_config", "call", "free_port", "listener", "module_config", "now", "put"]
