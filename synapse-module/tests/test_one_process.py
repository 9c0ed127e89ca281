"""One real Synapse on SQLite: lists take effect in the running process."""

from __future__ import annotations

import pytest
from papers import DAY, now
from signedjson.key import decode_verify_key_bytes
from signedjson.sign import verify_signed_json
from synapse_processes import API, ask, call, put, until
from unpaddedbase64 import decode_base64

from tillit_synapse.laws.form import digest_of

RECEIPT = {
    *("type", "federation", "audience", "enforcement_point", "boot", "sequence", "answers", "epoch", "version"),
    *("digest", "mode", "stale", "applied_at", "instances", "effective_digest", "local_deny", "lease_ms", "clock"),
    *("software", "signatures"),
}

pytestmark = pytest.mark.live


def test_lists_open_and_shut_the_door_without_a_restart(one_server):
    one = one_server(before_first_list="closed")
    assert one.probe("b.example") == 403
    assert put(one.port, "keyset", one.portal.keyset())[0] == 200
    status, receipt = put(one.port, "list", one.portal.list(1, "b.example"))
    assert (status, receipt["version"], receipt["mode"]) == (200, 1, "enforce")
    assert (one.probe("b.example"), one.probe("c.example")) == (401, 403)
    assert put(one.port, "list", one.portal.list(2))[0] == 200
    assert one.probe("b.example") == 403


def test_a_receipt_has_exactly_its_fields_and_the_homeserver_s_own_signature(one_server):
    one = one_server()
    first = put(one.port, "keyset", one.portal.keyset())[1]
    put(one.port, "list", one.portal.list(1, "b.example"))
    state = ask(one.port, one.portal, nonce="nonce-of-this-question")[1]
    receipt = state["receipt"]
    assert set(receipt) == RECEIPT
    assert receipt["answers"] == "nonce-of-this-question"
    assert receipt["sequence"] > first["sequence"]
    keys = call(one.port, "GET", "/_matrix/key/v2/server")[1]
    ((key_id, key),) = keys["verify_keys"].items()
    verify_signed_json(receipt, "chat.agency.example", decode_verify_key_bytes(key_id, decode_base64(key["key"])))
    assert state["effective"] == {"mode": "closed", "allow": ["b.example"]}
    assert receipt["effective_digest"] == digest_of(state["effective"])
    assert [(i["name"], i["version"]) for i in receipt["instances"]] == [("main", 1)]


def test_nothing_answers_what_is_not_signed(one_server):
    one = one_server()
    for method, path in (("GET", ""), ("GET", "ask"), ("GET", "list"), ("PUT", "unknown"), ("DELETE", "list")):
        status, body = call(one.port, method, API + path)
        assert (status, body["errcode"]) == (403, "TILLIT_FORBIDDEN")
    assert ask(one.port, one.portal)[1]["errcode"] == "TILLIT_SIGNATURE"
    put(one.port, "keyset", one.portal.keyset())
    assert ask(one.port, one.portal)[0] == 200
    status, body = call(one.port, "POST", API + "ask", b"{}")
    assert (status, body["errcode"]) == (400, "TILLIT_TYPE")


def test_a_question_is_answered_once_and_only_while_fresh(one_server):
    one = one_server()
    put(one.port, "keyset", one.portal.keyset())
    raw = one.portal.query()
    assert call(one.port, "POST", API + "ask", raw)[0] == 200
    assert call(one.port, "POST", API + "ask", raw)[1]["errcode"] == "TILLIT_NONCE"
    status, body = ask(one.port, one.portal, issued_at=now() - 61_000)
    assert (status, body["errcode"]) == (403, "TILLIT_TIME")
    assert set(body) == {"errcode", "error", "clock"} and abs(body["clock"] - now()) < 5_000
    assert ask(one.port, one.portal, issued_at=now() + 8_000)[1]["errcode"] == "TILLIT_TIME"


def test_installing_on_a_server_that_federates_refuses_no_request(one_server):
    one = one_server()
    names = [f"partner{number}.example" for number in range(20)]
    put(one.port, "keyset", one.portal.keyset())
    before = [one.probe(name) for name in names]
    put(one.port, "list", one.portal.list(1, names[0], mode="observe"))
    during = [one.probe(name) for name in names]
    assert (before.count(403), during.count(403)) == (0, 0)
    state = ask(one.port, one.portal)[1]
    assert state["effective"] == {"mode": "open"}
    assert state["receipt"]["mode"] == "observe"
    assert state["would"] == {"open": [], "shut": sorted(names[1:])}
    put(one.port, "list", one.portal.list(2, names[0]))
    assert [one.probe(name) for name in names] == [401] + [403] * 19


def test_after_the_first_enforce_an_observe_list_is_refused(one_server):
    one = one_server()
    put(one.port, "keyset", one.portal.keyset())
    put(one.port, "list", one.portal.list(1, "b.example"))
    status, body = put(one.port, "list", one.portal.list(2, mode="observe"))
    assert (status, body["errcode"]) == (409, "TILLIT_MODE")
    assert one.probe("c.example") == 403


def test_a_restart_obeys_the_stored_list_from_its_first_answer(one_server):
    one = one_server()
    put(one.port, "keyset", one.portal.keyset())
    put(one.port, "list", one.portal.list(7, "b.example"))
    sequence = ask(one.port, one.portal)[1]["receipt"]["sequence"]
    one.process.stop()
    one.process.start().wait()
    assert (one.probe("b.example"), one.probe("c.example")) == (401, 403)
    receipt = ask(one.port, one.portal)[1]["receipt"]
    assert receipt["version"] == 7 and receipt["sequence"] > sequence


def test_a_renewal_prolongs_the_same_list(one_server):
    one = one_server()
    put(one.port, "keyset", one.portal.keyset())
    put(one.port, "list", one.portal.list(1, "b.example"))
    at = one.portal.at
    renewal = one.portal.renewal(one.portal.list_content(1, "b.example"), at + 1, at + 4 * DAY)
    assert put(one.port, "renewal", renewal)[1]["version"] == 1
    assert ask(one.port, one.portal)[1]["expires_at"] == at + 4 * DAY


def test_a_destination_s_back_off_is_reset_when_asked(one_server):
    one = one_server()
    put(one.port, "keyset", one.portal.keyset())
    status, answer = ask(one.port, one.portal, ask="reset_destination", server="b.example")
    assert status == 200 and answer["receipt"]["type"] == "tillit.receipt.v1"


def test_nothing_is_sent_to_a_server_that_is_not_listed(one_server):
    one = one_server(before_first_list="closed")
    put(one.port, "keyset", one.portal.keyset())
    put(one.port, "list", one.portal.list(1, "open.invalid"))
    path = "/_matrix/client/v3/profile/@x:"
    asked = [call(one.port, "GET", path + name)[0] for name in ("shut.invalid", "open.invalid")]
    assert asked[0] == 403 and asked[1] != 403, "the open one is tried, and cannot be found"


def test_the_operator_s_own_deny_list_always_subtracts(one_server, tmp_path):
    deny = tmp_path / "deny"
    deny.write_text("b.example\n")
    one = one_server(local_deny_file=str(deny), poll_ms=100)
    assert (one.probe("b.example"), one.probe("c.example")) == (403, 401), "before the first list too"
    put(one.port, "keyset", one.portal.keyset())
    put(one.port, "list", one.portal.list(1, "b.example", "c.example"))
    assert (one.probe("b.example"), one.probe("c.example")) == (403, 401)
    state = ask(one.port, one.portal)[1]
    assert state["receipt"]["local_deny"] == ["b.example"] and state["effective"]["allow"] == ["c.example"]
    deny.write_text("c.example\n")
    until(lambda: (one.probe("b.example"), one.probe("c.example")) == (401, 403))
    deny.unlink()
    until(lambda: "local_deny_unreadable" in ask(one.port, one.portal)[1]["alarms"])
    assert one.probe("c.example") == 403, "the last good list stands"
    one.process.stop()
    one.process.start().wait()
    assert one.probe("b.example") == 403, "unreadable at start: shut to everyone"
    deny.write_text("")
    until(lambda: one.probe("b.example") == 401)


def test_a_fork_and_a_wrong_clock_are_alarms_and_change_nothing(one_server):
    one = one_server()
    put(one.port, "keyset", one.portal.keyset())
    put(one.port, "list", one.portal.list(4, "b.example"))
    status, body = put(one.port, "list", one.portal.list(4, "c.example"))
    assert (status, body["errcode"]) == (409, "TILLIT_FORK")
    at = now() + 3_600_000
    status, body = put(one.port, "list", one.portal.list(5, issued_at=at, expires_at=at + DAY))
    assert (status, body["errcode"]) == (400, "TILLIT_SKEW")
    put(one.port, "list", one.portal.list(5, issued_at=at, expires_at=at + DAY))
    assert one.process.log().count("refused: TILLIT_SKEW") == 1, "logged once"
    assert {"forked", "clock_skew"} <= set(ask(one.port, one.portal)[1]["alarms"])
    assert (one.probe("b.example"), one.probe("c.example")) == (401, 403)


def test_bad_bodies_are_refused_and_never_break_it(one_server):
    one = one_server()
    put(one.port, "keyset", one.portal.keyset())
    for raw, status in ((b"", 400), (b"<html>", 400), (b"\xff\xfe", 400), (b"{}", 400), (b"{" + b" " * 9_000_000, 413)):
        for kind in ("keyset", "list", "renewal", "consent_end"):
            assert put(one.port, kind, raw)[0] == status
    assert "Traceback" not in one.process.log()
