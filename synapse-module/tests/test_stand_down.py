"""Whatever is wrong with the settings or with Synapse, the homeserver's own chat runs."""

from __future__ import annotations

import pytest
from papers import Portal
from synapse_processes import API, ask, call, module_config, put

pytestmark = [pytest.mark.live, pytest.mark.faults]


def own_chat_runs(one):
    return call(one.port, "GET", "/_matrix/client/versions")[0] == 200


def told(one):
    lines = [line for line in one.process.log().splitlines() if "tillit stands down" in line]
    return lines[0] if len(lines) == 1 else pytest.fail(f"said {len(lines)} times")


def test_without_a_whitelist_in_the_yaml_it_says_open_and_refuses_lists(one_server):
    one = one_server(whitelist=None)
    assert own_chat_runs(one) and one.probe("b.example") == 401
    assert "federation_domain_whitelist: []" in told(one)
    assert put(one.port, "keyset", one.portal.keyset())[0] == 200
    state = ask(one.port, one.portal)[1]
    assert state["open"] == "alarm" and {"open", "stood_down"} <= set(state["alarms"])
    assert state["effective"] == {"mode": "open"} and "federation_domain_whitelist" in state["detail"]
    status, body = put(one.port, "list", one.portal.list(1))
    assert (status, body["errcode"]) == (503, "TILLIT_STOOD_DOWN")


def test_with_wrong_settings_federation_is_shut_and_every_fault_is_named(one_server):
    settings = {**module_config(Portal("chat.agency.example")), "root_keys": {"ed25519:a": "short"}, "lease_ms": 1}
    one = one_server(settings=settings)
    assert own_chat_runs(one) and one.probe("b.example") == 403
    assert "root_keys" in told(one) and "lease_ms" in told(one)
    assert call(one.port, "POST", API + "ask", b"{}")[1]["errcode"] == "TILLIT_STOOD_DOWN"


@pytest.mark.parametrize(
    "settings", ["text", [1], {"federation": 3, "asks": 5, "consent_keys": [], "lowest_keyset": 1}]
)
def test_settings_of_any_shape_never_stop_the_homeserver(one_server, settings):
    one = one_server(settings=settings)
    assert own_chat_runs(one) and one.probe("b.example") == 403


def test_a_synapse_that_is_not_as_expected_is_left_alone(one_server, monkeypatch, tmp_path):
    # Put before everything else on the path: takes away a private part that the module needs.
    (tmp_path / "sitecustomize.py").write_text(
        "import synapse.federation.transport.server._base as base\ndel base.Authenticator.reset_retry_timings\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    one = one_server()
    assert own_chat_runs(one) and one.probe("b.example") == 403
    assert "reset_retry_timings" in told(one) and "not supported" in told(one)
