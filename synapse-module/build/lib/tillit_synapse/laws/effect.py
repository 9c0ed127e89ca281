"""What the documents held add up to: for each server, the times between which it is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .documents import CONSENT
from .form import Document, content_of, digest_of, understands
from .rules import MAX_CONSENT_MS, Rules
from .signature import is_signed_by
from .state import Held, is_superseded, stored_keyset, stored_list, stored_renewal

Window = tuple[int, int]
Windows = dict[str, tuple[Window, ...]]
FOREVER = 2**63
_ENTRY = {"server", "reasons", "crit"}
_REASON = {"id", "digest", "from", "until", "consents", "offline_ms", "crit"}


@dataclass(frozen=True)
class Effect:
    """What a process obeys. `open_to_all` only before the first list; `windows` are names to [from, until) in ms.

    `listed` are the windows of the list whatever its mode. `leased`: a process must keep confirming. `fault`: why it
    is shut although documents are stored.
    """

    mode: Literal["before_first", "observe", "enforce"] = "before_first"
    open_to_all: bool = False
    windows: Windows = field(default_factory=dict)
    listed: Windows = field(default_factory=dict)
    leased: bool = False
    epoch: int = 0
    version: int = 0
    digest: str = ""
    expires_at: int = 0
    renewed_at: int = 0
    keyset: str = ""
    superseded: bool = False
    fault: str = ""

    def open_at(self, now: int, listed: bool = False) -> list[str]:
        """Sorted names open at that time by the windows in force, or by the list's own."""
        windows = self.listed if listed else self.windows
        return sorted(name for name, spans in windows.items() if is_open(spans, now))

    def stale(self, now: int) -> bool:
        """Whether the list in force has passed its end."""
        return self.version > 0 and now >= self.expires_at


def is_open(spans: tuple[Window, ...], now: int) -> bool:
    """Law 5: open while at least one reason is."""
    return any(start <= now < end for start, end in spans)


def consent_of(document: Document, server: str, reason: Document) -> Document:
    """Law 10: what an agency signs, rebuilt from our own audience and the entry."""
    return {
        "type": CONSENT,
        "federation": document["federation"],
        "reason": reason["id"],
        "digest": reason["digest"],
        "servers": sorted([document["audience"], server]),
        "from": reason["from"],
        "until": reason["until"],
    }


def _is_consented(document: Document, server: str, reason: Document, held: Held, rules: Rules) -> bool:
    if "from" not in reason or "until" not in reason or reason["until"] - reason["from"] > MAX_CONSENT_MS:
        return False
    consents = reason.get("consents")
    if not isinstance(consents, dict) or not rules.consent_keys:
        return False
    signed = {**consent_of(document, server, reason), "signatures": consents}
    return all(
        (agency, reason["id"], reason["digest"]) not in held.ends
        and any(is_signed_by(signed, agency, key_id, key) for key_id, key in keys.items())
        for agency, keys in rules.consent_keys.items()
    )


def _is_ended(reason: Document, held: Held) -> bool:
    return any((reason["id"], reason["digest"]) == (name, digest) for _, name, digest in held.ends)


def _window(document: Document, reason: Document, expires_at: int) -> Window:
    end = reason.get("until", FOREVER)
    if document["when_stale"] == "shut":
        end = min(end, expires_at)
    elif "offline_ms" in reason:
        end = min(end, expires_at + reason["offline_ms"])
    return reason.get("from", 0), end


def windows_of(document: Document, expires_at: int, held: Held, rules: Rules) -> Windows:
    """Windows of each entry; what it calls critical and we do not know drops that entry or reason (law 1)."""
    found: Windows = {}
    for entry in document["allow"]:
        if not understands(entry, _ENTRY):
            continue
        spans = tuple(
            _window(document, reason, expires_at)
            for reason in entry["reasons"]
            if understands(reason, _REASON)
            and not _is_ended(reason, held)
            and (not rules.require_consents or _is_consented(document, entry["server"], reason, held, rules))
        )
        if spans:
            found[entry["server"]] = spans
    return found


def _before_first(rules: Rules) -> tuple[bool, Windows]:
    rule = rules.before_first_list
    names = () if isinstance(rule, str) else rule
    return rule == "open", {name: ((0, FOREVER),) for name in names}


def effect_of(held: Held, rules: Rules) -> Effect:
    """What to obey, from verified documents alone: every signature is checked again here (laws 3, 6, 7)."""
    keyset = stored_keyset(held, rules)
    keyset_at = f"{keyset['epoch']}.{keyset['serial']}" if keyset else ""
    enforced = bool(held.enforced_at) and not rules.observe
    open_to_all, static = _before_first(rules)
    both = stored_list(held, rules)
    if both is None:
        lost = held.list is not None or bool(held.enforced_at)
        if lost and not rules.observe:
            fault = "the stored list no longer verifies" if held.list else "the stored list is gone"
            return Effect(mode="enforce" if enforced else "observe", leased=True, keyset=keyset_at, fault=fault)
        return Effect(open_to_all=open_to_all, windows=static, keyset=keyset_at)
    document, _ = both
    renewal = stored_renewal(held, rules)
    expires_at = renewal["expires_at"] if renewal else document["expires_at"]
    listed = windows_of(document, expires_at, held, rules)
    return Effect(
        mode="enforce" if enforced else "observe",
        open_to_all=open_to_all and not enforced,
        windows=listed if enforced else static,
        listed=listed,
        leased=enforced,
        epoch=document["epoch"],
        version=document["version"],
        digest=digest_of(content_of(document)),
        expires_at=expires_at,
        renewed_at=renewal["issued_at"] if renewal else 0,
        keyset=keyset_at,
        superseded=is_superseded(held),
    )
