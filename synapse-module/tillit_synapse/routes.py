"""The routes under `/_synapse/client/tillit/v1/`. They stand on every listener: nothing answers what is not signed."""

from __future__ import annotations

import logging
from typing import Any

from synapse.module_api import DirectServeJsonResource
from synapse.module_api.errors import SynapseError

from . import store
from .answers import answer_to
from .enforcer import Enforcer
from .laws import state
from .laws.documents import read_query
from .laws.form import MAX_BYTES, digest_of
from .laws.form import content_of as content
from .laws.form import read as read_form
from .laws.refusal import Refusal
from .receipt import make_receipt

logger = logging.getLogger("tillit_synapse")
PATH = "/_synapse/client/tillit/v1"
QUERY_OLD_MS, QUERY_AHEAD_MS = 60_000, 5_000


class Routes(DirectServeJsonResource):
    """PUT keyset, list, renewal, consent_end; POST ask. Everything else is 403, alike for all."""

    isLeaf = True

    def __init__(self, enforcer: Enforcer | None) -> None:
        super().__init__(canonical_json=True)
        self._enforcer = enforcer

    async def _async_render(self, request: Any) -> tuple[int, Any]:
        try:
            if self._enforcer is None:
                raise Refusal("TILLIT_STOOD_DOWN", "the module's settings are at fault: see the homeserver's log")
            return 200, await self._answer(self._enforcer, request)
        except Refusal as refusal:
            raise SynapseError(refusal.status, refusal.why, refusal.code, refusal.extra or None) from refusal
        except SynapseError:
            raise
        except Exception as fault:
            logger.exception("tillit: a request failed")
            raise SynapseError(500, "the homeserver's database did not answer", "TILLIT_STORE") from fault

    async def _answer(self, enforcer: Enforcer, request: Any) -> Any:
        route = (request.method, request.path.decode("ascii", "replace").removeprefix(PATH).strip("/"))
        raw = request.content.read(MAX_BYTES + 1)
        if route == (b"POST", "ask"):
            return await self._ask(enforcer, raw)
        if route[0] == b"PUT" and route[1] in ("keyset", "list", "renewal", "consent_end"):
            return await self._put(enforcer, route[1], raw)
        raise Refusal("TILLIT_FORBIDDEN", "Forbidden")

    async def _put(self, enforcer: Enforcer, kind: str, raw: bytes) -> Any:
        rules = enforcer.rules
        if enforcer.stood_down and kind != "keyset":
            raise Refusal("TILLIT_STOOD_DOWN", "the module stands down: ask for its state")

        def accept(held: state.Held) -> state.Held:
            if kind == "consent_end":
                return state.accept_consent_end(held, raw, rules)
            by_kind = {
                "keyset": state.accept_keyset,
                "list": state.accept_list,
                "renewal": state.accept_renewal,
            }
            return by_kind[kind](held, raw, rules, enforcer.clocks.wall())

        await enforcer.accept(accept, raw)
        return await make_receipt(enforcer, digest_of(content(read_form(raw))))

    async def _ask(self, enforcer: Enforcer, raw: bytes) -> Any:
        query = read_query(raw, enforcer.rules, state.stored_keyset(enforcer.held, enforcer.rules))
        clock = enforcer.clocks.wall()
        if not clock - QUERY_OLD_MS <= query["issued_at"] <= clock + QUERY_AHEAD_MS:
            raise Refusal("TILLIT_TIME", "issued too long ago or ahead of this clock", {"clock": clock})
        if query["ask"] not in enforcer.rules.asks:
            raise Refusal("TILLIT_ASK", "this server's operator does not allow that")
        if not await enforcer.run("tillit_nonce", store.use_nonce, query["nonce"], clock):
            raise Refusal("TILLIT_NONCE", "asked before")
        return await answer_to(enforcer, query)
