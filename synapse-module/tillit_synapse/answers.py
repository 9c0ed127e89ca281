"""What each question is answered with; what is not in the receipt is signed beside it, bound by the nonce."""

from __future__ import annotations

from typing import Any

from signedjson.sign import sign_json

from . import insight, private
from .enforcer import Enforcer
from .laws.form import Document
from .receipt import make_receipt, make_state


async def answer_to(enforcer: Enforcer, query: Document) -> Any:
    """The answer to a question that was verified, is fresh, allowed, and not asked before."""
    ask, nonce = query["ask"], query["nonce"]
    if ask == "state":
        return await make_state(enforcer, nonce)
    if ask == "reset_destination":
        await private.reset_destination(enforcer.api, query["server"])
        return {"receipt": await make_receipt(enforcer, nonce)}
    body = await _insight(enforcer, ask, query.get("server", ""))
    return {"receipt": await make_receipt(enforcer, nonce), "answer": _signed(enforcer, ask, nonce, body)}


async def _insight(enforcer: Enforcer, ask: str, server: str) -> Document:
    own = enforcer.rules.audience
    if ask == "shares":
        return await enforcer.run("tillit_shares", insight.shares, own)
    if ask == "exposure":
        return {"server": server, **await enforcer.run("tillit_exposure", insight.exposure, own, server)}
    started = enforcer.clocks.boot()
    seen = await private.ask_version(enforcer.api, server)
    return {"server": server, **seen, "took_ms": int((enforcer.clocks.boot() - started) * 1000)}


def _signed(enforcer: Enforcer, ask: str, nonce: str, body: Document) -> Document:
    answer = {
        "type": "tillit.answer.v1",
        "federation": enforcer.rules.federation,
        "audience": enforcer.rules.audience,
        "answers": nonce,
        "ask": ask,
        "clock": enforcer.clocks.wall(),
        "body": body,
    }
    return sign_json(answer, enforcer.rules.audience, private.signing_key(enforcer.api))
