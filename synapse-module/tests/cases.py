"""One vector of the open specification: rules, documents in order, and what each is answered."""

from __future__ import annotations

import json
from typing import Any

from papers import DAY, FEDERATION, Portal

from tillit_synapse.laws.form import canonical

AT = 1_795_432_936_151
NAME = "chat.agency.example"
MINUTE = 60_000


def portal(**over: Any) -> Portal:
    return Portal(NAME, at=AT, **over)


class Case:
    """One vector: rules, documents in order with what each must be answered, and what is then open."""

    def __init__(self, name: str, **rules: Any) -> None:
        self.made: dict[str, Any] = {
            "name": name,
            "rules": {
                "federation": FEDERATION,
                "audience": NAME,
                "root_keys": portal().roots(),
                "root_keys_required": 1,
                "lowest_keyset": [0, 0],
                "before_first_list": "closed",
                "observe": False,
                "max_life_ms": 31 * DAY,
                "require_consents": False,
                "consent_keys": {},
                "asks": ["state"],
                **rules,
            },
            "steps": [],
        }

    def put(self, kind: str, document: bytes | str, expect: str = "ok", clock: int = AT) -> Case:
        text = document.decode() if isinstance(document, bytes) else document
        self.made["steps"].append({"put": kind, "document": text, "clock": clock, "expect": expect})
        return self

    def then(self, clock: int = AT, **expect: Any) -> Case:
        self.made["steps"].append({"put": "look", "clock": clock, "expect": expect})
        return self

    def keyset(self, **over: Any) -> Case:
        return self.put("keyset", portal().keyset(**over))


def begun(name: str, **rules: Any) -> Case:
    return Case(name, **rules).keyset()


def edited(raw: bytes, **over: Any) -> bytes:
    """The document with fields changed after it was signed."""
    return canonical({**json.loads(raw), **over})
