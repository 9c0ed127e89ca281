"""What breaks around the module, and what must hold all the same."""

from __future__ import annotations

import signal
import threading
import time

import pytest
from cluster import Cluster
from synapse_processes import call, put, until

pytestmark = [pytest.mark.live, pytest.mark.faults]
LEASE_MS = 6000


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    made = Cluster(tmp_path_factory.mktemp("faults"), before_first_list="closed", lease_ms=LEASE_MS)
    put(made.port("main"), "keyset", made.portal.keyset())
    made.version = 0
    yield made
    made.end()


def advance(cluster, *servers, at="main"):
    """Puts the next version; its status."""
    cluster.version += 1
    return put(cluster.port(at), "list", cluster.portal.list(cluster.version, *servers))[0]


def test_a_killed_worker_answers_by_the_list_that_came_while_it_was_dead(cluster):
    advance(cluster, "b.example")
    until(lambda: cluster.answers("b.example", 401))
    inbound = cluster.processes["inbound"]
    inbound.stop(signal.SIGKILL)
    assert advance(cluster, "c.example") == 200
    inbound.start().wait()
    assert (cluster.probe("inbound", "b.example"), cluster.probe("inbound", "c.example")) == (403, 401)


@pytest.mark.parametrize("how", ["frozen", "killed"])
def test_without_redis_lists_still_reach_every_process(cluster, how):
    advance(cluster, "b.example")
    until(lambda: cluster.answers("b.example", 401))
    if how == "frozen":
        cluster.redis.send(signal.SIGSTOP)
    else:
        cluster.redis.stop()
    try:
        assert advance(cluster) == 200
        assert until(lambda: cluster.obeys(cluster.version)) < LEASE_MS / 1000
        assert cluster.answers("b.example", 403)
        assert advance(cluster, "b.example", at="inbound") == 200
        assert until(lambda: cluster.obeys(cluster.version)) < LEASE_MS / 1000
        assert cluster.answers("b.example", 401)
    finally:
        if how == "frozen":
            cluster.redis.send(signal.SIGCONT)
        else:
            cluster.redis.start()


def test_versions_in_the_wrong_order_leave_the_higher_in_every_process(cluster):
    for _ in range(10):
        low, high = cluster.version + 1, cluster.version + 2
        cluster.version = high
        papers = [("inbound", high, "high.example"), ("main", low, "low.example")]
        threads = [
            threading.Thread(target=put, args=(cluster.port(at), "list", cluster.portal.list(version, server)))
            for at, version, server in papers
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # By the live gates: a probe of an open door waits for the keys of a server that is not there.
        until(lambda: cluster.allows("high.example"), 5)
        assert cluster.answers("low.example", 403)


def test_a_frozen_worker_refuses_its_queued_request_after_the_lease(cluster):
    advance(cluster, "b.example")
    until(lambda: cluster.answers("b.example", 401))
    inbound, answers = cluster.processes["inbound"], []
    inbound.send(signal.SIGSTOP)
    try:
        queued = threading.Thread(target=lambda: answers.append(cluster.probe("inbound", "b.example")))
        queued.start()
        assert advance(cluster) == 200
        time.sleep(LEASE_MS / 1000 + 0.5)
    finally:
        inbound.send(signal.SIGCONT)
    queued.join()
    assert answers == [403]


def test_without_its_database_a_list_stands_for_the_lease_and_is_never_half_applied(cluster):
    advance(cluster, "b.example")
    until(lambda: cluster.answers("b.example", 401))
    cluster.postgres.stop()
    try:
        until(lambda: cluster.answers("b.example", 401), 1)
        status, body = put(cluster.port("main"), "list", cluster.portal.list(cluster.version + 1, "c.example"))
        assert (status, body["errcode"]) == (500, "TILLIT_STORE")
        assert cluster.probe("main", "c.example") == 403
        # No probe before the lease has run out: at an open door it would wait for keys that nobody has.
        time.sleep(LEASE_MS / 1000 + 1)
        until(lambda: cluster.answers("b.example", 403), 4)
    finally:
        cluster.postgres.start()
    until(lambda: cluster.answers("b.example", 401), 20)
    assert cluster.probe("main", "c.example") == 403


def test_a_forged_row_opens_nothing_and_an_honest_list_replaces_it(cluster):
    advance(cluster, "b.example")
    until(lambda: cluster.answers("b.example", 401))
    forged = cluster.portal.list(cluster.version + 100, "evil.example", by=cluster.portal.root).decode()
    cluster.postgres.query("UPDATE tillit_document SET bytes = %s WHERE name = 'list'", forged)
    cluster.postgres.query("UPDATE tillit_head SET revision = revision + 1")
    time.sleep(1.5)
    assert cluster.answers("evil.example", 403) and cluster.answers("b.example", 401), "the good list stands"
    inbound = cluster.processes["inbound"]
    inbound.stop(signal.SIGKILL)
    inbound.start().wait()
    assert cluster.probe("inbound", "b.example") == cluster.probe("inbound", "evil.example") == 403
    assert advance(cluster, "c.example") == 200
    until(lambda: cluster.answers("c.example", 401))


def test_the_homeserver_s_own_chat_runs_while_the_door_is_shut(cluster):
    advance(cluster)
    assert call(cluster.port("main"), "GET", "/_matrix/client/versions")[0] == 200
