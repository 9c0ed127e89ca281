"""What a homeserver says of its own rooms and paths: counts, signed, and only where its operator allows it."""

from __future__ import annotations

import hmac
import json
import sqlite3
import time
from typing import Any

import pytest
from cluster import Cluster
from signedjson.key import decode_verify_key_bytes
from signedjson.sign import verify_signed_json
from synapse_processes import ask, call, free_port, put, until
from unpaddedbase64 import decode_base64

OWN, B, C, D = "chat.agency.example", "b.example", "c.example", "d.example:8448"
# Room, person, membership: ours and B's meet in two rooms, C's in one of them; D's only where we have left.
PEOPLE = [
    *(("!1:x", f"@one:{OWN}", "join"), ("!1:x", f"@two:{OWN}", "join"), ("!1:x", f"@b1:{B}", "join")),
    *(("!2:x", f"@one:{OWN}", "join"), ("!2:x", f"@b1:{B}", "join"), ("!2:x", f"@b2:{B}", "join")),
    *(("!2:x", f"@c1:{C}", "join"), ("!3:x", f"@one:{OWN}", "leave"), ("!3:x", f"@d1:{D}", "join")),
    *(("!4:x", f"@c2:{C}", "join"), ("!4:x", f"@d1:{D}", "join"), ("!2:x", f"@c3:{C}", "invite")),
]
MEMBERS = "INSERT INTO current_state_events (event_id, room_id, type, state_key, membership) VALUES {}"
VALUES = ", ".join(f"('$e{at}', '{room}', 'm.room.member', '{who}', '{how}')"
                   for at, (room, who, how) in enumerate(PEOPLE))  # fmt: skip
TRAFFIC = ("INSERT INTO received_transactions (transaction_id, origin, ts)"
           " VALUES ('t1', 'b.example', 5), ('t2', 'b.example', 9)")  # fmt: skip
FAILING = ("INSERT INTO destinations (destination, retry_last_ts, retry_interval, failure_ts)"
           " VALUES ('c.example', 30, 600000, 20)")  # fmt: skip

pytestmark = pytest.mark.live


def answered(port: int, portal: Any, **question: Any) -> Any:
    """The signed answer's body, its signature and its nonce verified."""
    nonce = f"nonce-{time.time_ns()}"
    status, said = ask(port, portal, nonce=nonce, **question)
    assert status == 200, said
    answer = said["answer"]
    ((key_id, key),) = call(port, "GET", "/_matrix/key/v2/server")[1]["verify_keys"].items()
    verify_signed_json(answer, OWN, decode_verify_key_bytes(key_id, decode_base64(key["key"])))
    assert (answer["type"], answer["answers"], answer["ask"], answer["audience"]) == (
        "tillit.answer.v1", nonce, question["ask"], OWN)  # fmt: skip
    assert said["receipt"]["answers"] == answer["answers"]
    return answer["body"]


def check_counts(port: int, portal: Any) -> None:
    shares = answered(port, portal, ask="shares")
    assert shares["cut"] is False
    assert set(shares["servers"]) == {B, C}
    assert shares["servers"][B] == {"rooms": 2, "theirs": 2, "ours": 2, "received_at": 9, "received": 2}
    assert shares["servers"][C] == {
        "rooms": 1, "theirs": 1, "ours": 1, "failing_since": 20, "tried_at": 30, "waits_ms": 600_000,
    }  # fmt: skip


def check_exposure(port: int, portal: Any) -> None:
    assert answered(port, portal, ask="exposure", server=B) == {
        "server": B, "rooms": 2, "ours": 2, "theirs": 2, "third": {C: {"rooms": 1, "people": 1}},
    }  # fmt: skip
    assert answered(port, portal, ask="exposure", server=D) == {
        "server": D, "rooms": 0, "ours": 0, "theirs": 0, "third": {},
    }  # fmt: skip


def test_rooms_people_and_traffic_are_counted_per_server_on_sqlite(one_server):
    one = one_server()
    put(one.port, "keyset", one.portal.keyset())
    with sqlite3.connect(one.folder / "hs.db", timeout=10) as database:
        for statement in (MEMBERS.format(VALUES), TRAFFIC, FAILING):
            database.execute(statement)
    check_counts(one.port, one.portal)
    check_exposure(one.port, one.portal)


def test_rooms_people_and_traffic_are_counted_per_server_on_postgresql(tmp_path):
    cluster = Cluster(tmp_path)
    try:
        put(cluster.port("main"), "keyset", cluster.portal.keyset())
        for statement in (MEMBERS.format(VALUES), TRAFFIC, FAILING):
            cluster.postgres.query(statement)
        for process in ("main", "inbound"):
            # The other processes hear of a keyset from the one that took it.
            port = cluster.port(process)
            until(lambda port=port: ask(port, cluster.portal)[0] == 200)
            check_counts(port, cluster.portal)
            check_exposure(port, cluster.portal)
    finally:
        cluster.end()


def test_a_probe_tells_the_own_list_from_a_server_that_is_away(one_server):
    one = one_server()
    away = f"127.0.0.1:{free_port()}"
    put(one.port, "keyset", one.portal.keyset())
    put(one.port, "list", one.portal.list(1, away))
    seen = answered(one.port, one.portal, ask="probe", server=B)
    assert (seen["server"], seen["outcome"]) == (B, "own_list")
    seen = answered(one.port, one.portal, ask="probe", server=away)
    assert (seen["outcome"], seen["status"]) == ("away", 0)
    assert seen["said"] and 0 <= seen["took_ms"] < 20_000


def someone(port: int) -> str:
    """The access token of a new person here."""
    path = "/_synapse/admin/v1/register"
    nonce = call(port, "GET", path)[1]["nonce"]
    mac = hmac.digest(b"secret", b"\0".join((nonce.encode(), b"one", b"pass", b"notadmin")), "sha1").hex()
    body = {"nonce": nonce, "username": "one", "password": "pass", "admin": False, "mac": mac}
    status, said = call(port, "POST", path, json.dumps(body).encode())
    assert status == 200, said
    return str(said["access_token"])


def test_a_destination_that_failed_is_told_with_how_long_the_server_waits_until_it_is_reset(one_server):
    one = one_server()
    away = f"127.0.0.1:{free_port()}"
    put(one.port, "keyset", one.portal.keyset())
    put(one.port, "list", one.portal.list(1, away))
    began = int(time.time() * 1000)
    # Somebody here asks after somebody there: Synapse itself begins to wait.
    query = json.dumps({"device_keys": {f"@x:{away}": []}}).encode()
    signed_in = {"Authorization": f"Bearer {someone(one.port)}"}
    assert call(one.port, "POST", "/_matrix/client/v3/keys/query", query, signed_in)[0] == 200

    def waiting() -> Any:
        return answered(one.port, one.portal, ask="shares")["servers"].get(away, {}).get("waits_ms", 0) > 0

    until(waiting)
    seen = answered(one.port, one.portal, ask="shares")["servers"][away]
    assert began <= seen["failing_since"] <= seen["tried_at"]
    assert ask(one.port, one.portal, ask="reset_destination", server=away)[0] == 200
    until(lambda: not waiting())


def test_nothing_of_rooms_is_told_unless_the_operator_allows_it(one_server):
    one = one_server(asks=["state"])
    put(one.port, "keyset", one.portal.keyset())
    for question in ("shares", "exposure", "probe"):
        status, said = ask(one.port, one.portal, ask=question, server=B)
        assert (status, said["errcode"]) == (403, "TILLIT_ASK")
