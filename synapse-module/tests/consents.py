"""Vectors of law 10: what an agency did not sign stays shut."""

from __future__ import annotations

from typing import Any

from papers import DAY, FEDERATION, Portal, key, public, signed
from signedjson.sign import sign_json

AGENCY = "orgnr:2021005521"
OWN = key("fv-1")
NAME = "b.example"


def consent(portal: Portal, reason: dict[str, Any], server: str = NAME, **over: Any) -> dict[str, Any]:
    """The `consents` of a reason, signed by the agency's key."""
    document = {
        "type": "tillit.consent.v1", "federation": FEDERATION, "reason": reason["id"], "digest": reason["digest"],
        "servers": sorted([portal.audience, server]), "from": reason["from"], "until": reason["until"], **over,
    }  # fmt: skip
    return sign_json(document, AGENCY, OWN)["signatures"]


def ended(reason: dict[str, Any], by: Any = OWN, name: str = AGENCY) -> bytes:
    document = {"type": "tillit.consent_end.v1", "federation": FEDERATION,
                "reason": reason["id"], "digest": reason["digest"]}  # fmt: skip
    return signed(document, name, by)


def consent_cases(begun: Any, portal: Portal) -> list[Any]:
    rules = {"require_consents": True, "consent_keys": {AGENCY: {"ed25519:fv-1": public(OWN)}}}
    plain = portal.reason(1, until=portal.at + 30 * DAY)
    good = {**plain, "consents": consent(portal, plain)}
    long = portal.reason(1, until=portal.at + 400 * DAY)
    endless = portal.reason(1)
    made_up = consent(portal, {**endless, "until": portal.at + DAY})
    for_other = {**plain, "consents": consent(portal, plain, server="c.example")}

    def listed(name: str, reason: dict[str, Any], opens: bool, version: int = 1) -> Any:
        case = begun(name, **rules).put("list", portal.list(version, portal.entry(NAME, reason)))
        return case.then(open=[NAME] if opens else [])

    two = {AGENCY: rules["consent_keys"][AGENCY], "orgnr:2021006784": {"ed25519:x": public(key("x"))}}
    return [
        listed("signed by the agency", good, True),
        listed("not signed", plain, False),
        listed("signed for another server", for_other, False),
        listed("`until` later than was signed", {**good, "until": plain["until"] + 1}, False),
        listed("`from` earlier than was signed", {**good, "from": plain["from"] - 1}, False),
        listed("another digest", {**good, "digest": portal.reason(2)["digest"]}, False),
        listed("more than 400 days", {**long, "consents": consent(portal, long)}, False),
        listed("without an end", {**endless, "consents": made_up}, False),
        begun("not required, not asked for").put("list", portal.list(1, portal.entry(NAME, plain))).then(open=[NAME]),
        begun("each pinned agency must have signed", require_consents=True, consent_keys=two)
        .put("list", portal.list(1, portal.entry(NAME, good))).then(open=[]),
        listed("an end shuts it, also for later lists", good, True).put("consent_end", ended(plain)).then(open=[])
        .put("list", portal.list(2, portal.entry(NAME, good))).then(open=[]),
        listed("an end by another key is refused", good, True)
        .put("consent_end", ended(plain, key("y")), "TILLIT_SIGNATURE").then(open=[NAME]),
    ]  # fmt: skip
