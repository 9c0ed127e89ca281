"""Fetches the list where no portal may call in, and reports (specification, section 5).

Questions and receipts are signed by the homeserver's own key, which the portal has pinned: nothing is to be enrolled.
"""

from __future__ import annotations

import json
import logging
import random
import uuid
from typing import Any

from signedjson.sign import sign_json

from . import private, store
from .enforcer import Enforcer
from .laws import state
from .laws.form import canonical
from .laws.refusal import Refusal
from .receipt import make_receipt

logger = logging.getLogger("tillit_synapse")
# Synapse's own client gives up after 60 s.
WAIT_MS = 25_000
TURN_MS, REPORT_MS = 250, 1_000
REPORT_EVERY_S = 300.0
LONGEST_PAUSE_S = 60.0
ACCEPT = {"keyset": state.accept_keyset, "list": state.accept_list, "renewal": state.accept_renewal}


class NoAnswer(Exception):
    """The portal refused, or something else answers in its place."""


class Puller:
    """Asks again and again, in one process of the server alone; the others learn of a list as of one that was sent."""

    def __init__(self, enforcer: Enforcer) -> None:
        self._enforcer = enforcer
        self._asking = self._reporting = False
        self._failures = 0
        self._rest_until = 0.0
        self._reported: tuple[Any, float] = (None, 0.0)

    def start(self) -> None:
        """Begins both loops, where Synapse runs its background tasks."""
        api = self._enforcer.api
        api.looping_background_call(self.ask, TURN_MS, desc="tillit_pull")
        api.looping_background_call(self.report, REPORT_MS, desc="tillit_report")

    async def ask(self) -> None:
        """One question, and what it brings. Never raises."""
        enforcer = self._enforcer
        if self._asking or enforcer.stood_down or enforcer.revision < 0 or enforcer.clocks.boot() < self._rest_until:
            return
        self._asking = True
        try:
            status, body = await private.post(enforcer.api, self._url("pull"), canonical(self._question()))
            if status == 200:
                await self._take(json.loads(body))
            elif status != 204:
                raise NoAnswer(_words(status, body))
            self._failures = 0
            enforcer.alarms.discard("clock_skew")
        except Exception as fault:
            self._rest(fault)
        finally:
            self._asking = False

    def _rest(self, fault: Exception) -> None:
        self._failures += 1
        pause = min(2.0 ** min(self._failures - 1, 10), LONGEST_PAUSE_S) * random.uniform(0.5, 1.0)
        self._rest_until = self._enforcer.clocks.boot() + pause
        code = fault.code if isinstance(fault, Refusal) else type(fault).__name__
        what = f"{code}: {fault}"
        self._enforcer.tell(f"the portal gave no list ({what}); the list in force stands")

    def _url(self, route: str) -> str:
        return f"{self._enforcer.settings.pull_from}/api/v1/enforcement/{route}"

    def _question(self) -> dict[str, Any]:
        enforcer = self._enforcer
        effect = enforcer.effect
        document = {
            "type": "tillit.pull.v1",
            "federation": enforcer.rules.federation,
            "audience": enforcer.rules.audience,
            "enforcement_point": enforcer.settings.enforcement_point,
            "keyset": _place(state.stored_keyset(enforcer.held, enforcer.rules), "serial"),
            "list": f"{effect.epoch}.{effect.version}",
            "renewal": (state.stored_renewal(enforcer.held, enforcer.rules) or {}).get("issued_at", 0),
            "wait": WAIT_MS,
            "issued_at": enforcer.clocks.wall(),
            "nonce": uuid.uuid4().hex,
        }
        return sign_json(document, enforcer.rules.audience, private.signing_key(enforcer.api))

    async def _take(self, answer: Any) -> None:
        """Takes what came, in its order; a document that a law refuses ends it, and what was in force stays."""
        enforcer = self._enforcer
        for document in answer["documents"]:
            raw = document["bytes"].encode()
            by_kind = ACCEPT[document["kind"]]
            await enforcer.accept(lambda held: by_kind(held, raw, enforcer.rules, enforcer.clocks.wall()), raw)  # noqa: B023

    async def report(self) -> None:
        """A receipt where there is news in this or another process, and every five minutes. Never raises."""
        enforcer = self._enforcer
        if self._reporting or enforcer.stood_down or enforcer.effect.version == 0:
            return
        self._reporting = True
        try:
            essence = await self._essence()
            known, at = self._reported
            if essence != known or enforcer.clocks.boot() - at >= REPORT_EVERY_S:
                receipt = await make_receipt(enforcer, enforcer.effect.digest)
                status, body = await private.post(enforcer.api, self._url("receipts"), canonical(receipt))
                if status != 200:
                    raise NoAnswer(_words(status, body))
                self._reported = (essence, enforcer.clocks.boot())
        except Exception as fault:
            logger.debug("tillit: a receipt was not taken: %s", fault)
        finally:
            self._reporting = False

    async def _essence(self) -> Any:
        enforcer, effect = self._enforcer, self._enforcer.effect
        instances = await enforcer.run("tillit_instances", store.instances)
        return (
            (effect.epoch, effect.version, effect.digest, effect.mode, effect.renewed_at),
            effect.stale(enforcer.time()),
            sorted(enforcer.denylist.names or ()),
            tuple(enforcer.gate.names()),
            sorted((one.name, one.epoch, one.version) for one in instances),
        )


def _place(document: dict[str, Any] | None, number: str) -> str:
    return "0.0" if document is None else f"{document['epoch']}.{document[number]}"


def _words(status: int, body: bytes) -> str:
    try:
        said = json.loads(body)
        clock = f" (its clock: {said['clock']})" if "clock" in said else ""
        return f"{said['errcode']}, {said['error']}{clock}"
    except (ValueError, KeyError, TypeError):
        return f"HTTP {status}, and no portal"
