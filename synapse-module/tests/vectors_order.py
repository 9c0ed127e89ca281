"""Vectors of order and keys: laws 2 and 3."""

from __future__ import annotations

import json

from cases import AT, Case, begun, edited, portal
from papers import DAY, FEDERATION, key, public, signed

from tillit_synapse.laws.form import canonical


def law_2() -> list[Case]:
    p = portal()
    second = portal(list_key=key("3", "second-list-key"))
    both = {**json.loads(p.keyset())["list_keys"], **json.loads(second.keyset())["list_keys"]}
    later = {**json.loads(second.list(5, "b.example", epoch=2))}
    return [
        begun("version rises")
        .put("list", p.list(1, "b.example"))
        .put("list", p.list(2, "c.example"))
        .then(open=["c.example"]),
        begun("a lower version is refused")
        .put("list", p.list(2, "b.example"))
        .put("list", p.list(1, "c.example"), "TILLIT_VERSION")
        .then(open=["b.example"], version=2),
        begun("equal version and content: nothing done")
        .put("list", p.list(2, "b.example"))
        .put("list", p.list(2, "b.example"))
        .then(open=["b.example"], version=2),
        begun("equal version, other content: fork")
        .put("list", p.list(2, "b.example"))
        .put("list", p.list(2, "c.example"), "TILLIT_FORK")
        .then(open=["b.example"]),
        begun("a jump over 1,000,000")
        .put("list", p.list(1))
        .put("list", p.list(1_000_002), "TILLIT_JUMP")
        .put("list", p.list(1_000_001))
        .then(version=1_000_001),
        begun("an epoch that is not the keyset's").put("list", p.list(1, epoch=2), "TILLIT_EPOCH"),
        begun("a new epoch begins again below the old version")
        .put("list", p.list(9, "b.example"))
        .put("keyset", p.keyset(epoch=2))
        .put("list", p.list(1, "c.example", epoch=2))
        .then(open=["c.example"], epoch=2, version=1),
        begun("after a new epoch the old one is refused")
        .put("keyset", p.keyset(epoch=2))
        .put("list", canonical(later), "TILLIT_SIGNATURE")
        .put("list", p.list(1), "TILLIT_EPOCH"),
        Case("equal content signed by another key replaces the stored signature")
        .put("keyset", p.keyset(keys=both))
        .put("list", p.list(2, "b.example"))
        .put("list", second.list(2, "b.example"))
        .then(open=["b.example"], superseded=False),
    ]


def law_3() -> list[Case]:
    p = portal()
    thief = portal(list_key=key("2", "somebody-else"))
    short = {"ed25519:2": {"key": public(p.list_key), "from": AT, "until": AT + DAY}}
    two = {**p.roots(), "ed25519:root-b": public(key("root-b"))}
    same = {**p.roots(), "ed25519:root-c": public(p.root)}
    double = json.loads(p.keyset())
    del double["signatures"]
    content = p.list_content(1, "b.example")
    return [
        Case("a list before any keyset").put("list", p.list(1), "TILLIT_KEYSET"),
        begun("an unknown key").put("list", thief.list(1), "TILLIT_SIGNATURE"),
        begun("content changed after signing").put("list", edited(p.list(1), version=2), "TILLIT_SIGNATURE"),
        begun("no signature").put("list", edited(p.list(1), signatures={}), "TILLIT_SIGNATURE"),
        begun("signed by the root, which signs no lists").put(
            "list", signed(content, FEDERATION, p.root), "TILLIT_SIGNATURE"
        ),
        Case("issued at `from`").keyset(keys=short).put("list", p.list(1)),
        Case("issued before `from`").keyset(keys=short).put("list", p.list(1, issued_at=AT - 1), "TILLIT_KEY"),
        Case("issued at `until`")
        .keyset(keys=short)
        .put("list", p.list(1, issued_at=AT + DAY), "TILLIT_KEY", clock=AT + DAY),
        Case("a keyset by a list key").put("keyset", signed(double, FEDERATION, p.list_key), "TILLIT_SIGNATURE"),
        Case("two roots required, one signed", root_keys=two, root_keys_required=2).put(
            "keyset", p.keyset(), "TILLIT_SIGNATURE"
        ),
        Case("two roots required, both signed", root_keys=two, root_keys_required=2).put(
            "keyset", signed(double, FEDERATION, p.root, key("root-b"))
        ),
        Case("one key under two ids counts once", root_keys=same, root_keys_required=2).put(
            "keyset", signed(double, FEDERATION, p.root, key("root-c", "root-a")), "TILLIT_SIGNATURE"
        ),
        Case("below the lowest keyset", lowest_keyset=[2, 1]).put("keyset", p.keyset(), "TILLIT_VERSION"),
        begun("a lower keyset").put("keyset", p.keyset(serial=3)).put("keyset", p.keyset(serial=2), "TILLIT_VERSION"),
        begun("the same keyset again").put("keyset", p.keyset()),
        begun("the same epoch and serial, other content").put("keyset", p.keyset(keys=short), "TILLIT_FORK"),
        begun("a newer keyset ends no list; it says superseded and takes no renewal")
        .put("list", p.list(1, "b.example"))
        .put("keyset", p.keyset(serial=2, keys=short))
        .then(open=["b.example"], superseded=True)
        .put("renewal", p.renewal(content, AT + 1, AT + 4 * DAY), "TILLIT_SUPERSEDED")
        .put("list", p.list(2, "b.example"))
        .then(open=["b.example"], superseded=False),
    ]
