"""A real Synapse that fetches its list: nobody calls in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import NAME
from pull_portal import POINT, PullPortal
from synapse_processes import call, until

from tillit_synapse.settings import read_settings

pytestmark = pytest.mark.live


@pytest.fixture
def fetching(one_server: Any) -> Iterator[Callable[[], tuple[Any, PullPortal]]]:
    made: list[PullPortal] = []

    def start(**over: Any) -> tuple[Any, PullPortal]:
        from papers import Portal

        portal = PullPortal(Portal(NAME), NAME)
        made.append(portal)
        one = one_server(before_first_list="closed", pull_from=portal.url, enforcement_point=POINT, **over)
        verify = call(one.port, "GET", "/_matrix/key/v2/server")[1]["verify_keys"]
        portal.keys = {key_id: found["key"] for key_id, found in verify.items()}
        return one, portal

    yield start
    for portal in made:
        portal.close()


def test_a_list_is_fetched_obeyed_and_reported_without_a_call_from_outside(fetching: Any) -> None:
    one, portal = fetching()
    until(lambda: portal.questions)
    portal.sign(1, "b.example")
    until(lambda: one.probe("b.example") == 401)
    assert one.probe("c.example") == 403
    until(lambda: any(receipt["version"] == 1 for receipt in portal.receipts))
    portal.sign(2)
    until(lambda: one.probe("b.example") == 403)
    until(lambda: portal.receipts[-1]["version"] == 2)
    sequences = [receipt["sequence"] for receipt in portal.receipts]
    assert sequences == sorted(set(sequences))
    assert portal.receipts[-1]["mode"] == "enforce"


def test_what_is_held_is_not_sent_again_and_goes_on_through_an_outage(fetching: Any) -> None:
    one, portal = fetching()
    portal.sign(1, "b.example")
    until(lambda: one.probe("b.example") == 401)
    until(lambda: portal.questions and portal.questions[-1]["list"] == "1.1")
    assert portal.questions[-1]["keyset"] == "1.1"
    portal.refuse = {"errcode": "TILLIT_TIME", "error": "70000 ms old", "clock": 7}
    until(lambda: "its clock: 7" in one.process.log())
    portal.sign(2)
    assert one.probe("b.example") == 401
    portal.refuse = None
    until(lambda: one.probe("b.example") == 403)


def test_a_list_by_another_key_is_refused_and_what_was_in_force_stays(fetching: Any) -> None:
    from papers import key

    one, portal = fetching()
    portal.sign(1, "b.example")
    until(lambda: one.probe("b.example") == 401)
    portal.sign(2, "c.example", by=key("thief"))
    until(lambda: "a document was refused" in one.process.log())
    assert (one.probe("b.example"), one.probe("c.example")) == (401, 403)


def test_new_list_keys_and_the_epoch_of_a_restored_portal_are_followed_and_no_older_one(fetching: Any) -> None:
    from papers import key

    one, portal = fetching()
    portal.sign(5, "b.example")
    until(lambda: one.probe("b.example") == 401)
    thrown_away = portal.portal.list_key
    portal.rotate(1, 2, key("3", "second"))
    portal.sign(6, "c.example")
    until(lambda: (one.probe("b.example"), one.probe("c.example")) == (403, 401))
    # An older copy of the portal: its versions begin again, in an epoch that the root has raised.
    portal.rotate(2, 1, key("4", "third"))
    portal.sign(1, "d.example", epoch=2)
    until(lambda: (one.probe("c.example"), one.probe("d.example")) == (403, 401))
    until(lambda: any((receipt["epoch"], receipt["version"]) == (2, 1) for receipt in portal.receipts))
    portal.sign(2, "b.example", epoch=2, by=thrown_away)
    until(lambda: "a document was refused" in one.process.log())
    assert (one.probe("b.example"), one.probe("d.example")) == (403, 401)


@pytest.mark.parametrize(
    ("over", "word"),
    [
        ({"pull_from": "ftp://portal.example", "enforcement_point": POINT}, "pull_from"),
        ({"pull_from": "http://portal.example", "enforcement_point": POINT}, "pull_from"),
        ({"pull_from": "https://portal.example"}, "enforcement_point"),
    ],
)
def test_settings_that_cannot_fetch_are_told_by_name(over: dict[str, Any], word: str) -> None:
    assert any(word in fault for fault in read_settings(over, NAME).faults)
