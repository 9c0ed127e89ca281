"""One process's enforcement: what it has applied, how it hears of more, and when it no longer may."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any

from . import private, store
from .clocks import Clocks
from .denylist import DenyList
from .gate import Gate
from .hint import Hint
from .laws.effect import Effect, effect_of
from .laws.refusal import Refusal
from .laws.state import Held, law_time
from .settings import Settings

logger = logging.getLogger("tillit_synapse")
HEARTBEAT_S = 10.0
ALARMING = {"TILLIT_FORK": "forked", "TILLIT_SKEW": "clock_skew"}


class Enforcer:
    """Lives on Synapse's reactor thread; only the functions of `store` run on database threads.

    `stood_down` says why the gate is in no one's place ("" normally); then lists are refused and questions answered.
    """

    def __init__(self, api: Any, settings: Settings, clocks: Clocks, stood_down: str = "") -> None:
        self.api = api
        self.settings = settings
        self.rules = settings.rules
        self.clocks = clocks
        self.stood_down = stood_down
        self.gate = Gate(clocks, settings.lease_ms)
        self.denylist = DenyList(settings.local_deny_file)
        self.held = Held()
        self.effect = Effect(fault="nothing has been read yet")
        self.name: str = api.worker_name or "main"
        self.boot_id = uuid.uuid4().hex
        self.revision = -1
        self.applied_at = 0
        self.alarms: set[str] = set()
        self.hook = Hint(self.on_hint)
        self._told = ""
        self._refused = ""
        self._beat = float("-inf")
        self._loading = False
        self._again = False

    async def run(self, name: str, work: Callable[..., Any], *given: Any) -> Any:
        """Runs a function of `store` in one transaction of its own."""
        return await self.api.run_db_interaction(name, work, *given, isolation_level=private.read_committed())

    def first(self, txn: Any) -> store.Snapshot:
        """The first reading of a process: makes the tables, reads, and writes its row, in one transaction."""
        store.lock(txn)
        store.create_tables(txn)
        snapshot = store.read_all(txn)
        effect = effect_of(snapshot.held, self.rules)
        store.acknowledge(txn, store.Instance(self.name, self.boot_id, effect.epoch, effect.version, 0))
        return snapshot

    def obey(self, snapshot: store.Snapshot, started: float, first: bool = False) -> bool:
        """Applies what was read if it is newer and verifies. True where this process now holds what is stored."""
        if snapshot.revision < self.revision:
            return False
        if snapshot.revision == self.revision:
            self.gate.confirm(started)
            return True
        effect = effect_of(snapshot.held, self.rules)
        older = (effect.epoch, effect.version) < (self.effect.epoch, self.effect.version)
        if (effect.fault or older) and not first and self.revision >= 0:
            self.tell(f"what is stored is not obeyed: {effect.fault or 'it is older'}; the list in force stands")
            return False
        if effect.fault:
            self.tell(f"{effect.fault}; shut until a valid list comes")
        self.held, self.effect, self.revision = snapshot.held, effect, snapshot.revision
        self.applied_at = self.clocks.wall()
        self.gate.apply(effect, snapshot.held.highest_issued)
        self.gate.confirm(started)
        logger.info("tillit: %s obeys %s.%s (%s)", self.name, effect.epoch, effect.version, effect.mode)
        return True

    async def accept(self, accept: Callable[[Held], Held], raw: bytes) -> None:
        """Takes a document: stored for every process, applied here, told to the others. Raises Refusal."""

        def refuse_older(held: Held) -> Held:
            after = accept(held)
            effect = effect_of(after, self.rules)
            if effect.version and (effect.epoch, effect.version) < (self.effect.epoch, self.effect.version):
                raise Refusal("TILLIT_VERSION", "a later version is in force")
            return after

        started = self.clocks.boot()
        try:
            snapshot = await self.run("tillit_accept", store.change, refuse_older, raw)
        except Refusal as refusal:
            self._note(refusal)
            raise
        known = self.revision
        self.obey(snapshot, started)
        self.alarms -= {"forked", "clock_skew"}
        self._refused = ""
        if snapshot.revision > known:
            await self.acknowledge()
            await self._tell_others(snapshot.revision)

    def _note(self, refusal: Refusal) -> None:
        if refusal.code in ALARMING:
            self.alarms.add(ALARMING[refusal.code])
        if refusal.code != self._refused:
            self._refused = refusal.code
            logger.error("tillit: a document was refused: %s, %s", refusal.code, refusal.why)

    async def _tell_others(self, revision: int) -> None:
        try:
            await self.api.invalidate_cache(self.hook, (str(revision),))
        except Exception as fault:
            # The poll of each process finds it within its interval.
            self.tell(f"the other processes could not be told at once ({fault})")

    def on_hint(self, revision: str | None) -> None:
        """Another process says that something has changed; starts a reload and returns at once."""
        if revision is not None and revision.isdigit() and int(revision) <= self.revision:
            return
        private.background(self.api)("tillit_reload", self.reload)

    async def reload(self) -> None:
        """Reads and applies what is stored; asked again meanwhile, it reads once more."""
        self._again = True
        if self._loading:
            return
        self._loading = True
        try:
            while self._again:
                self._again = False
                started = self.clocks.boot()
                before = self.revision
                first = before < 0
                snapshot = await self.run("tillit_load", self.first if first else store.read_all)
                self.obey(snapshot, started, first)
                if self.revision != before:
                    await self.acknowledge()
        except Exception as fault:
            self.tell(f"the database could not be read ({fault}); the list in force stands for the lease")
        finally:
            self._loading = False

    async def poll(self) -> None:
        """The safety net: finds what a hint missed, extends the lease, writes the heartbeat. Never raises."""
        self.refresh_deny()
        try:
            started = self.clocks.boot()
            if self.revision < 0 or await self.run("tillit_poll", store.read_revision) != self.revision:
                await self.reload()
            else:
                self.gate.confirm(started)
                self._told = ""
            if self.clocks.boot() - self._beat >= min(HEARTBEAT_S, self.settings.lease_ms / 3000):
                await self.acknowledge()
        except Exception as fault:
            self.tell(f"the database could not be asked ({fault}); the list in force stands for the lease")

    async def acknowledge(self) -> None:
        """Writes which list this process obeys; a failure costs only the row."""
        one = store.Instance(self.name, self.boot_id, self.effect.epoch, self.effect.version, self.applied_at)
        try:
            await self.run("tillit_acknowledge", store.acknowledge, one)
            self._beat = self.clocks.boot()
        except Exception as fault:
            self.tell(f"what this process obeys could not be written ({fault})")

    def refresh_deny(self) -> None:
        """Reads the operator's own file again where it has changed."""
        if self.denylist.refresh() and self.denylist.fault:
            logger.error("tillit: %s; %s", self.denylist.fault,
                         "shut" if self.denylist.names is None else "the last good list stands")  # fmt: skip
        self.gate.denied = self.denylist.names

    def tell(self, what: str) -> None:
        """Logs a fault once, until another comes or all is well."""
        if what != self._told:
            self._told = what
            logger.error("tillit: %s", what)

    def time(self) -> int:
        """Law 5's time, ms."""
        return law_time(self.held, self.clocks.wall())
