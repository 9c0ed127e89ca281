"""Vectors of age, time and mode: laws 4, 5 and 6."""

from __future__ import annotations

from cases import AT, MINUTE, Case, begun, portal
from papers import DAY, key


def law_4() -> list[Case]:
    p = portal()
    c = p.list_content(1, "b.example")
    end = AT + 3 * DAY
    shut = p.list(1, "b.example", when_stale="shut")
    return [
        begun("past its end").put("list", p.list(1), "TILLIT_EXPIRED", clock=end),
        begun("one ms before its end").put("list", p.list(1), clock=end - 1),
        begun("longer than the operator's cap").put("list", p.list(1, expires_at=AT + 31 * DAY + 1), "TILLIT_LIFETIME"),
        begun("exactly the cap").put("list", p.list(1, expires_at=AT + 31 * DAY)),
        begun("stale and keep")
        .put("list", p.list(1, "b.example"))
        .then(end - 1, open=["b.example"], stale=False)
        .then(end, open=["b.example"], stale=True),
        begun("stale and shut").put("list", shut).then(end - 1, open=["b.example"]).then(end, open=[], stale=True),
        begun("a renewal prolongs")
        .put("list", shut)
        .put("renewal", p.renewal({**c, "when_stale": "shut"}, AT + 1, end + DAY))
        .then(end, open=["b.example"], stale=False),
        begun("a renewal of other content")
        .put("list", p.list(1, "b.example"))
        .put("renewal", p.renewal(p.list_content(1, "c.example"), AT + 1, end + DAY), "TILLIT_RENEWAL"),
        begun("a renewal of another version")
        .put("list", p.list(1, "b.example"))
        .put("renewal", p.renewal({**c, "version": 2}, AT + 1, end + DAY), "TILLIT_RENEWAL"),
        begun("a renewal not issued later")
        .put("list", p.list(1, "b.example"))
        .put("renewal", p.renewal(c, AT, end + DAY), "TILLIT_RENEWAL"),
        begun("a renewal that ends no later")
        .put("list", p.list(1, "b.example"))
        .put("renewal", p.renewal(c, AT + 1, end), "TILLIT_RENEWAL"),
        begun("a renewal signed by another key")
        .put("list", p.list(1, "b.example"))
        .put("renewal", portal(list_key=key("2", "somebody-else")).renewal(c, AT + 1, end + DAY), "TILLIT_SIGNATURE"),
        begun("a renewal past its end")
        .put("list", p.list(1, "b.example"))
        .put("renewal", p.renewal(c, AT + 1, end + 1), "TILLIT_EXPIRED", clock=end + 1),
    ]


def law_5() -> list[Case]:
    p = portal()
    soon, late = AT + MINUTE, AT + 2 * MINUTE
    timed = p.list(1, p.entry("b.example", p.reason(1, **{"from": soon, "until": late})))
    two = p.list(1, p.entry("b.example", p.reason(1, until=soon), p.reason(2, **{"from": late})))
    offline = p.list(1, p.entry("b.example", p.reason(1, crit=["offline_ms"], offline_ms=MINUTE)))
    shut = p.list(1, p.entry("b.example", p.reason(1, crit=["offline_ms"], offline_ms=MINUTE)), when_stale="shut")
    ahead = p.list(1, "b.example", issued_at=AT + 5 * MINUTE)
    end = AT + 3 * DAY
    return [
        begun("opens at `from` and shuts at `until`")
        .put("list", timed)
        .then(soon - 1, open=[])
        .then(soon, open=["b.example"])
        .then(late - 1, open=["b.example"])
        .then(late, open=[]),
        begun("open while one of its reasons is")
        .put("list", two)
        .then(soon - 1, open=["b.example"])
        .then(soon, open=[])
        .then(late, open=["b.example"]),
        begun("a reason without until has no end")
        .put("list", p.list(1, "b.example"))
        .then(AT + 4000 * DAY, open=["b.example"]),
        begun("an entry without reasons opens nothing")
        .put("list", p.list(1, {"server": "b.example", "reasons": []}))
        .then(open=[]),
        begun("5 minutes ahead").put("list", ahead),
        begun("more than 5 minutes ahead").put("list", p.list(1, issued_at=AT + 5 * MINUTE + 1), "TILLIT_SKEW"),
        begun("a clock set back reopens nothing")
        .put("list", p.list(1, p.entry("b.example", p.reason(1, until=AT + 5)), issued_at=AT + 10))
        .then(AT - DAY, open=[]),
        begun("offline_ms ends `keep`")
        .put("list", offline)
        .then(end + MINUTE - 1, open=["b.example"])
        .then(end + MINUTE, open=[]),
        begun("offline_ms never prolongs `shut`")
        .put("list", shut)
        .then(end - 1, open=["b.example"])
        .then(end, open=[]),
    ]


def law_6() -> list[Case]:
    p = portal()
    observe = p.list(1, "b.example", mode="observe")
    return [
        Case("before the first list: open", before_first_list="open").then(mode="before_first", open_to_all=True),
        Case("before the first list: closed").then(mode="before_first", open_to_all=False, open=[]),
        Case("before the first list: static", before_first_list=["s.example"]).then(
            open=["s.example"], open_to_all=False
        ),
        begun("an observe list changes nothing", before_first_list="open")
        .put("list", observe)
        .then(mode="observe", open_to_all=True, version=1),
        begun("the first enforce holds", before_first_list="open")
        .put("list", observe)
        .put("list", p.list(2, "b.example"))
        .then(mode="enforce", open_to_all=False, open=["b.example"]),
        begun("after it, observe is refused", before_first_list="open")
        .put("list", p.list(1, "b.example"))
        .put("list", p.list(2, mode="observe"), "TILLIT_MODE")
        .then(mode="enforce", open=["b.example"], version=1),
        begun("only the operator's own setting returns", before_first_list="open", observe=True)
        .put("list", p.list(1, "b.example"))
        .put("list", p.list(2, mode="observe"))
        .then(mode="observe", open_to_all=True),
    ]
