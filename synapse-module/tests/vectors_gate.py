"""Vectors of what a process does by itself: the lease (7), the local deny list (11) and the receipt (12)."""

from __future__ import annotations

from typing import Any

from cases import AT, MINUTE, NAME, begun, portal
from papers import FEDERATION, key, public
from signedjson.sign import sign_json

from tillit_synapse.laws.form import digest_of

LEASE = 60_000


def law_7() -> list[Any]:
    """`boot_ms` is a clock that nobody sets; `confirmed_ms` when the query began that last confirmed the list."""
    p = portal()
    held, watched = p.list(1, "b.example"), p.list(1, "b.example", mode="observe")

    def case(name: str, document: bytes, gate: list[dict[str, Any]], **rules: Any) -> dict[str, Any]:
        made = begun(name, **rules).put("list", document).made
        return {**made, "lease_ms": LEASE, "gate": gate}

    def look(boot: int, confirmed: int | None, *names: str) -> dict[str, Any]:
        found: dict[str, Any] = {"clock": AT, "boot_ms": boot, "ask": ["b.example", "c.example"], "open": list(names)}
        return found if confirmed is None else {**found, "confirmed_ms": confirmed}

    return [
        case("shut until the stored list has been confirmed", held, [look(5_000, None)]),
        case("open while the lease lasts", held, [look(5_000, 5_000, "b.example"), look(64_999, 5_000, "b.example")]),
        case("shut when it has run out", held, [look(65_000, 5_000), look(10 * MINUTE, 5_000)]),
        case("confirmed again it opens", held, [look(65_000, 5_000), look(66_000, 65_900, "b.example")]),
        case(
            "no lease before the first enforce",
            watched,
            [look(10 * MINUTE, 5_000, "b.example", "c.example")],
            before_first_list="open",
        ),
    ]


def law_11() -> list[Any]:
    p = portal()
    both = p.list(1, "b.example", "c.example")

    def case(name: str, text: str | None, opens: list[str], document: bytes | None = both, **rules: Any) -> Any:
        made = begun(name, **rules)
        if document is not None:
            made.put("list", document)
        look = {"clock": AT, "boot_ms": 1, "confirmed_ms": 1, "ask": ["b.example", "c.example"], "open": opens}
        return {**made.made, "lease_ms": LEASE, "local_deny": text, "gate": [look]}

    return [
        case("it subtracts from a list", "# ours\nb.example  # since May\n\n", ["c.example"]),
        case("it subtracts before the first list", "b.example", ["c.example"], None, before_first_list="open"),
        case("an empty file subtracts nothing", "", ["b.example", "c.example"]),
        case("unreadable at start: shut", None, []),
        case("a line that is no server name is unreadable: shut", "B.example\n", []),
    ]


def law_12() -> list[Any]:
    signer = key("hs1")
    receipt = {
        **{"type": "tillit.receipt.v1", "federation": FEDERATION, "audience": NAME, "enforcement_point": "synapse"},
        **{"boot": "0a1b", "sequence": 7, "answers": "a-nonce-of-20-letters", "epoch": 1, "version": 42},
        **{"digest": digest_of({"x": 1}), "mode": "enforce", "stale": False, "applied_at": AT},
        **{"instances": [{"name": "main", "epoch": 1, "version": 42, "seen_at": AT}]},
        **{"effective_digest": digest_of({"mode": "closed", "allow": ["b.example"]}), "local_deny": []},
        **{"lease_ms": LEASE, "clock": AT, "software": "tillit-synapse/1 synapse/1"},
    }
    signed = sign_json(dict(receipt), NAME, signer)
    trusted = {"ed25519:hs1": public(signer)}

    def case(name: str, expect: str, last: int = 6, asked: str = "a-nonce-of-20-letters", **over: Any) -> Any:
        expected = {"last_sequence": last, "asked": asked, "expect": expect}
        return {"name": name, "keys": trusted, "receipt": {**signed, **over}, **expected}

    return [
        case("good", "ok"),
        case("a field was changed", "signature", version=43),
        case("sequence not above the last", "sequence", last=7),
        case("answers what was never asked", "answers", asked="another-nonce-of-mine"),
        case("a field too many", "fields", note="x"),
    ]
