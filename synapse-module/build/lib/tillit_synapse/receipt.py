"""Law 12, and the fuller answer to `ask: state`."""

from __future__ import annotations

from typing import Any

from signedjson.sign import sign_json

from . import private, store
from .enforcer import Enforcer
from .laws.form import Document, digest_of

try:
    from importlib.metadata import version as _version

    SOFTWARE = f"tillit-synapse/{_version('tillit-synapse')} synapse/{_version('matrix-synapse')}"
except Exception:  # run from a source tree that is not installed
    SOFTWARE = "tillit-synapse synapse"


def effective(enforcer: Enforcer) -> Document:
    """What the live gate lets through now: everyone, or these names. Standing down, what the YAML says."""
    if enforcer.stood_down:
        whitelist = private.whitelist(enforcer.api)
        return {"mode": "open"} if whitelist is None else {"mode": "closed", "allow": sorted(whitelist)}
    if enforcer.gate.open_to_all:
        return {"mode": "open"}
    return {"mode": "closed", "allow": enforcer.gate.names()}


async def make_receipt(enforcer: Enforcer, answers: str) -> Document:
    """A receipt signed by the homeserver's own key, with exactly the fields of law 12."""

    def read(txn: Any) -> tuple[int, list[store.Instance]]:
        return store.next_sequence(txn), store.instances(txn)

    sequence, instances = await enforcer.run("tillit_receipt", read)
    effect = enforcer.effect
    receipt = {
        "type": "tillit.receipt.v1",
        "federation": enforcer.rules.federation,
        "audience": enforcer.rules.audience,
        "enforcement_point": enforcer.settings.enforcement_point,
        "boot": enforcer.boot_id,
        "sequence": sequence,
        "answers": answers,
        "epoch": effect.epoch,
        "version": effect.version,
        "digest": effect.digest,
        "mode": effect.mode,
        "stale": effect.stale(enforcer.time()),
        "applied_at": enforcer.applied_at,
        "instances": [
            {"name": one.name, "epoch": one.epoch, "version": one.version, "seen_at": one.seen_at} for one in instances
        ],
        "effective_digest": digest_of(effective(enforcer)),
        "local_deny": sorted(enforcer.denylist.names or ()),
        "lease_ms": enforcer.settings.lease_ms,
        "clock": enforcer.clocks.wall(),
        "software": SOFTWARE,
    }
    return sign_json(receipt, enforcer.rules.audience, private.signing_key(enforcer.api))


def alarms(enforcer: Enforcer) -> list[str]:
    """What deserves a person's attention now."""
    found = set(enforcer.alarms)
    if enforcer.stood_down:
        found.add("stood_down")
        if private.whitelist(enforcer.api) is None:
            found.add("open")
    if enforcer.effect.superseded:
        found.add("superseded")
    if enforcer.gate.lapsed:
        found.add("lease_lapsed")
    if enforcer.effect.fault:
        found.add("stored_list_invalid")
    if enforcer.denylist.fault:
        found.add("local_deny_unreadable")
    return sorted(found)


async def make_state(enforcer: Enforcer, nonce: str) -> Document:
    """The receipt, and the names read from the live gate."""
    effect, now = enforcer.effect, enforcer.gate.now()
    state: Document = {
        "receipt": await make_receipt(enforcer, nonce),
        "effective": effective(enforcer),
        "listed": effect.open_at(now, listed=True),
        "alarms": alarms(enforcer),
        "instance": enforcer.name,
        "keyset": effect.keyset,
        "expires_at": effect.expires_at,
        "renewed_at": effect.renewed_at,
        "detail": enforcer.stood_down or effect.fault or enforcer.denylist.fault,
    }
    if "open" in state["alarms"]:
        state["open"] = "alarm"
    if effect.mode == "observe":
        state["would"] = _would(enforcer, now)
    return state


def _would(enforcer: Enforcer, now: int) -> Document:
    """What `enforce` would change: names it would open, and names let through today that it would refuse."""
    listed = set(enforcer.effect.open_at(now, listed=True))
    today = set(enforcer.effect.open_at(now))
    return {
        "open": [] if enforcer.effect.open_to_all else sorted(listed - today),
        "shut": sorted((today | enforcer.gate.noted) - listed),
    }
