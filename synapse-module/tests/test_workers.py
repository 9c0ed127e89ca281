"""One list in every process: main, inbound worker and federation sender on PostgreSQL and Redis."""

from __future__ import annotations

import pytest
import yaml
from cluster import Cluster
from synapse_processes import API, call, put, until

from tillit_synapse.cli import main

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    made = Cluster(tmp_path_factory.mktemp("workers"), before_first_list="closed", lease_ms=5000)
    yield made
    made.end()


def test_a_list_put_at_any_process_holds_in_every_process(cluster):
    assert cluster.answers("b.example", 403)
    assert put(cluster.port("main"), "keyset", cluster.portal.keyset())[0] == 200
    for version, name in enumerate(cluster.processes, 1):
        server = f"partner-{name}.example"
        status, receipt = put(cluster.port(name), "list", cluster.portal.list(version, server))
        assert (status, receipt["version"]) == (200, version)
        until(lambda number=version: cluster.obeys(number), 5)
        assert cluster.answers(server, 401)
        assert cluster.answers("stranger.example", 403)


def test_a_receipt_names_what_every_process_obeys(cluster):
    put(cluster.port("main"), "keyset", cluster.portal.keyset())
    put(cluster.port("main"), "list", cluster.portal.list(50, "b.example"))
    expected = [("inbound", 50), ("main", 50), ("sender", 50)]
    until(lambda: [(i["name"], i["version"]) for i in cluster.state()["receipt"]["instances"]] == expected)


def test_export_static_reads_the_list_in_force_from_postgresql(cluster, capsys):
    put(cluster.port("main"), "keyset", cluster.portal.keyset())
    put(cluster.port("main"), "list", cluster.portal.list(60, "b.example", "c.example"))
    assert main(["export-static", "-c", str(cluster.folder / "hs.yaml")]) == 0
    assert yaml.safe_load(capsys.readouterr().out) == {"federation_domain_whitelist": ["b.example", "c.example"]}


def test_sequences_rise_and_a_nonce_is_used_once_across_processes(cluster):
    put(cluster.port("main"), "keyset", cluster.portal.keyset())
    until(lambda: "receipt" in cluster.state("inbound"))
    numbers = [cluster.state(name)["receipt"]["sequence"] for name in ("main", "inbound", "sender", "main")]
    assert numbers == sorted(set(numbers))
    raw = cluster.portal.query()
    assert call(cluster.port("main"), "POST", API + "ask", raw)[0] == 200
    assert call(cluster.port("inbound"), "POST", API + "ask", raw)[1]["errcode"] == "TILLIT_NONCE"
