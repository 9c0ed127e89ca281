"""What an enforcement point holds, and how each document changes it: pure functions from one value to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .documents import CONSENT_END, open_document, read_keyset, read_list, read_renewal
from .form import Document, digest_of
from .form import content_of as content
from .refusal import Refusal
from .rules import MAX_JUMP, SKEW_MS, Rules
from .signature import is_signed_by


@dataclass(frozen=True)
class Held:
    """Documents as their bytes, and what outlives them. `list_keyset` is the keyset the list was accepted under.

    `highest_issued`: highest `issued_at` ever accepted (law 5). `enforced_at`: when the first `enforce` was accepted,
    0 before (law 6).
    """

    keyset: bytes | None = None
    list: bytes | None = None
    list_keyset: bytes | None = None
    renewal: bytes | None = None
    highest_issued: int = 0
    enforced_at: int = 0
    ends: frozenset[tuple[str, str, str]] = frozenset()


def law_time(held: Held, clock: int) -> int:
    """Law 5: the later of the own clock and the highest `issued_at` accepted."""
    return max(clock, held.highest_issued)


def _issued(held: Held, document: Document, clock: int) -> Held:
    return replace(held, highest_issued=max(held.highest_issued, document["issued_at"]))


def _refuse_skew(document: Document, clock: int) -> None:
    if document["issued_at"] > clock + SKEW_MS:
        raise Refusal("TILLIT_SKEW", "issued more than 5 minutes ahead of this server's clock", {"clock": clock})


def _refuse_age(document: Document, held: Held, rules: Rules, clock: int) -> None:
    if document["expires_at"] - document["issued_at"] > rules.max_life_ms:
        raise Refusal("TILLIT_LIFETIME", "lives longer than the operator allows")
    if document["expires_at"] <= law_time(held, clock):
        raise Refusal("TILLIT_EXPIRED", "already past its time")


def stored_keyset(held: Held, rules: Rules) -> Document | None:
    """The current keyset verified again, or None where there is none or it no longer verifies."""
    return _verified_keyset(held.keyset, rules)


def _verified_keyset(raw: bytes | None, rules: Rules) -> Document | None:
    try:
        return None if raw is None else read_keyset(raw, rules)
    except Refusal:
        return None


def stored_list(held: Held, rules: Rules) -> tuple[Document, Document] | None:
    """The list in force verified again under the keyset stored beside it (law 3), with that keyset."""
    keyset = _verified_keyset(held.list_keyset, rules)
    if held.list is None or keyset is None:
        return None
    try:
        found = read_list(held.list, rules, keyset)
    except Refusal:
        return None
    return (found, keyset) if found["epoch"] == keyset["epoch"] else None


def stored_renewal(held: Held, rules: Rules) -> Document | None:
    """The renewal of the list in force, verified again; a renewal of anything else counts for nothing."""
    both = stored_list(held, rules)
    if both is None or held.renewal is None:
        return None
    try:
        renewal = read_renewal(held.renewal, rules, both[1])
    except Refusal:
        return None
    return renewal if _names(renewal, both[0]) else None


def _names(renewal: Document, found: Document) -> bool:
    named = (renewal["epoch"], renewal["version"], renewal["digest"])
    return named == (found["epoch"], found["version"], digest_of(content(found)))


def accept_keyset(held: Held, raw: bytes, rules: Rules, clock: int) -> Held:
    """Takes a keyset: `(epoch, serial)` only rises, and equal with other content is a fork."""
    new = read_keyset(raw, rules)
    _refuse_skew(new, clock)
    old = stored_keyset(held, rules)
    if old is not None:
        order, last = (new["epoch"], new["serial"]), (old["epoch"], old["serial"])
        if order < last:
            raise Refusal("TILLIT_VERSION", "a later keyset is in force")
        if order == last and content(new) != content(old):
            raise Refusal("TILLIT_FORK", "the same epoch and serial with other content")
    return replace(_issued(held, new, clock), keyset=raw)


def _current_keyset(held: Held, rules: Rules) -> Document:
    keyset = stored_keyset(held, rules)
    if keyset is None:
        raise Refusal("TILLIT_KEYSET", "no keyset has been accepted yet")
    return keyset


def _refuse_order(new: Document, old: Document | None) -> bool:
    """Law 2. True where the content is the one in force already."""
    last = old["version"] if old is not None and old["epoch"] == new["epoch"] else 0
    if old is not None and new["epoch"] < old["epoch"]:
        raise Refusal("TILLIT_EPOCH", "of an earlier epoch than the list in force")
    if new["version"] < last:
        raise Refusal("TILLIT_VERSION", "a later version is in force")
    if new["version"] - last > MAX_JUMP:
        raise Refusal("TILLIT_JUMP", "the version jumps too far")
    if old is None or new["version"] > last:
        return False
    if content(new) != content(old):
        raise Refusal("TILLIT_FORK", "the same version with other content")
    return True


def accept_list(held: Held, raw: bytes, rules: Rules, clock: int) -> Held:
    """Takes a list under the current keyset: laws 1 to 6 and 8. The one in force stands until this returns."""
    keyset = _current_keyset(held, rules)
    new = read_list(raw, rules, keyset)
    if new["epoch"] != keyset["epoch"]:
        raise Refusal("TILLIT_EPOCH", "the list's epoch is not its keyset's")
    both = stored_list(held, rules)
    same = _refuse_order(new, both[0] if both else None)
    _refuse_skew(new, clock)
    if same:
        return replace(held, list=raw, list_keyset=held.keyset)
    _refuse_age(new, held, rules, clock)
    if new["mode"] == "observe" and held.enforced_at and not rules.observe:
        raise Refusal("TILLIT_MODE", "this server enforces; only its operator returns to observe")
    enforced = held.enforced_at or (law_time(held, clock) if new["mode"] == "enforce" else 0)
    return replace(_issued(held, new, clock), list=raw, list_keyset=held.keyset, renewal=None, enforced_at=enforced)


def is_superseded(held: Held) -> bool:
    """Law 3: a newer keyset has come since the list in force was accepted."""
    return held.list is not None and held.keyset != held.list_keyset


def accept_renewal(held: Held, raw: bytes, rules: Rules, clock: int) -> Held:
    """Takes a renewal of the list in force: later than the last in both times, and nothing else changes."""
    keyset = _current_keyset(held, rules)
    new = read_renewal(raw, rules, keyset)
    both = stored_list(held, rules)
    if both is None or not _names(new, both[0]):
        raise Refusal("TILLIT_RENEWAL", "not of the list in force")
    if is_superseded(held):
        raise Refusal("TILLIT_SUPERSEDED", "a newer keyset waits for its first list")
    if held.renewal == raw:
        return held
    last = stored_renewal(held, rules) or both[0]
    if new["issued_at"] <= last["issued_at"] or new["expires_at"] <= last["expires_at"]:
        raise Refusal("TILLIT_RENEWAL", "not later than the last one")
    _refuse_skew(new, clock)
    _refuse_age(new, held, rules, clock)
    return replace(_issued(held, new, clock), renewal=raw)


def accept_consent_end(held: Held, raw: bytes, rules: Rules) -> Held:
    """Takes the end of an agency's consent, signed by a key that the operator pinned; kept for ever."""
    end = open_document(raw, CONSENT_END, rules)
    reason, digest = end.get("reason"), end.get("digest")
    if not isinstance(reason, str) or not isinstance(digest, str):
        raise Refusal("TILLIT_MALFORMED", "names no reason")
    enders = {
        (agency, reason, digest)
        for agency, keys in rules.consent_keys.items()
        if any(is_signed_by(end, agency, key_id, key) for key_id, key in keys.items())
    }
    if not enders:
        raise Refusal("TILLIT_SIGNATURE", "not signed by an agency whose key is pinned here")
    return replace(held, ends=held.ends | enders)
