"""Vectors of form, size and wholeness: laws 1, 8 and 9."""

from __future__ import annotations

import json

from cases import Case, begun, edited, portal

from tillit_synapse.laws.form import canonical


def law_1() -> list[Case]:
    p = portal()
    good = p.list(1, "b.example").decode()
    duplicate = good.replace('"version":1', '"version":1,"version":1')
    unknown = p.list(1, p.entry("b.example"), p.entry("c.example", crit=["country"], country="SE"))
    dropped = p.list(1, p.entry("b.example", p.reason(1, crit=["only_rooms"], only_rooms=[])), "c.example")
    bad = [
        ("a blank after a comma", good.replace(",", ", ", 1), "TILLIT_MALFORMED"),
        ("a key stands twice", duplicate, "TILLIT_MALFORMED"),
        (
            "keys out of order",
            json.dumps(dict(reversed(json.loads(good).items())), separators=(",", ":")),
            "TILLIT_MALFORMED",
        ),
        ("an integer beyond 2^53-1", good.replace('"version":1', '"version":9007199254740992'), "TILLIT_MALFORMED"),
        ("a float", good.replace('"version":1', '"version":1.0'), "TILLIT_MALFORMED"),
        ("an exponent", good.replace('"version":1', '"version":1e0'), "TILLIT_MALFORMED"),
        ("null", good.replace('"crit":[]', '"crit":null'), "TILLIT_MALFORMED"),
        ("an escape that canonical JSON does not use", good.replace("keep", "\\u006beep"), "TILLIT_MALFORMED"),
        ("not JSON", "<html>", "TILLIT_MALFORMED"),
        ("an array", "[]", "TILLIT_MALFORMED"),
        ("top-level unsigned", edited(p.list(1), unsigned={}), "TILLIT_MALFORMED"),
        ("unknown type", p.list(1, type="tillit.allow_list.v2"), "TILLIT_TYPE"),
        ("another federation", p.list(1, federation="test.example"), "TILLIT_FEDERATION"),
        ("another audience", p.list(1, audience="chat.other.example"), "TILLIT_AUDIENCE"),
        ("unknown mode", p.list(1, mode="log"), "TILLIT_MALFORMED"),
        ("unknown when_stale", p.list(1, when_stale="maybe"), "TILLIT_MALFORMED"),
        ("without crit", edited(p.list(1, crit=0)), "TILLIT_MALFORMED"),
        ("a critical field we do not know", p.list(1, crit=["zone"], zone=1), "TILLIT_CRITICAL"),
    ]
    cases = [begun(f"refused: {name}").put("list", text, code) for name, text, code in bad]
    missing = json.loads(p.list(1))
    del missing["crit"]
    cases.append(begun("refused: crit is missing").put("list", canonical(missing), "TILLIT_SIGNATURE"))
    cases[-1].made["steps"][-1]["expect"] = "TILLIT_MALFORMED"
    return [
        *cases,
        begun("an unknown field that is not critical is ignored")
        .put("list", p.list(1, "b.example", note="x"))
        .then(open=["b.example"]),
        begun("an entry with an unknown critical field is dropped").put("list", unknown).then(open=["b.example"]),
        begun("a reason with an unknown critical field is dropped").put("list", dropped).then(open=["c.example"]),
        begun("keys sort by code point, not by UTF-16 unit")
        .put("list", p.list(1, "b.example", **{"\uff5e": 1, "\U0001f600": 2}))
        .then(open=["b.example"]),
    ]


def law_8() -> list[Case]:
    p = portal()
    names = [
        "B.example",
        "b.example.",
        "*.example",
        "https://b.example",
        "b.example:0",
        "b.example:65536",
        "bücher.example",
        "b_x.example",
        "1.2.3",
        "256.1.1.1",
        "[::1",
        "",
        "a" * 64 + ".example",
        "b.example/x",
        " b.example",
    ]
    fine = ["1.2.3.4", "[2001:db8::1]:8448", "b.example:8448", "localhost", "xn--bcher-kva.example"]
    return [
        *[begun(f"not a server name: {name!r}").put("list", p.list(1, name), "TILLIT_MALFORMED") for name in names],
        *[begun(f"a server name: {name}").put("list", p.list(1, name)).then(open=[name]) for name in fine],
        begun("a server stands twice").put("list", p.list(1, "b.example", "b.example"), "TILLIT_MALFORMED"),
    ]


def law_9() -> list[Case]:
    p = portal()
    worse = p.list(2, "c.example", "NOT A NAME")
    return [
        begun("one bad entry: the old list stands whole")
        .put("list", p.list(1, "b.example"))
        .put("list", worse, "TILLIT_MALFORMED")
        .then(open=["b.example"], version=1)
    ]
