"""Sizes, settings and the gate as an object."""

from __future__ import annotations

import time

import pytest
from papers import FEDERATION, Portal

from tillit_synapse.clocks import Clocks
from tillit_synapse.denylist import DenyList
from tillit_synapse.gate import Gate
from tillit_synapse.laws import state
from tillit_synapse.laws.effect import effect_of
from tillit_synapse.laws.form import MAX_BYTES, read
from tillit_synapse.laws.refusal import Refusal
from tillit_synapse.laws.rules import MAX_ENTRIES
from tillit_synapse.laws.state import Held
from tillit_synapse.settings import read_settings

NAME = "chat.agency.example"
PORTAL = Portal(NAME)
RULES = read_settings({"federation": FEDERATION, "root_keys": PORTAL.roots()}, NAME).rules


def begun():
    return state.accept_keyset(Held(), PORTAL.keyset(), RULES, PORTAL.at)


def filled(size):
    """A list of as many entries as are allowed, of exactly that many bytes."""
    names = [f"s{number}.example" for number in range(MAX_ENTRIES)]
    bare = PORTAL.list(1, *names, note="")
    return names, PORTAL.list(1, *names, note="x" * (size - len(bare)))


def test_the_largest_legal_list_is_accepted_and_one_byte_more_is_not():
    names, raw = filled(MAX_BYTES)
    assert len(raw) == MAX_BYTES
    held = state.accept_list(begun(), raw, RULES, PORTAL.at)
    assert effect_of(held, RULES).open_at(PORTAL.at) == sorted(names)
    with pytest.raises(Refusal) as refused:
        state.accept_list(begun(), filled(MAX_BYTES + 1)[1], RULES, PORTAL.at)
    assert (refused.value.code, refused.value.status) == ("TILLIT_SIZE", 413)


def test_one_entry_too_many_is_refused():
    raw = PORTAL.list(1, *[f"s{number}.example" for number in range(MAX_ENTRIES + 1)])
    with pytest.raises(Refusal) as refused:
        state.accept_list(begun(), raw, RULES, PORTAL.at)
    assert refused.value.code == "TILLIT_SIZE"


@pytest.mark.parametrize("raw", [b"\xff", b'{"a":"\\ud800"}', b"[" * 100_000, b'{"a":' * 50 + b"1" + b"}" * 50, b""])
def test_bytes_that_are_no_document_are_refused_and_never_raise_anything_else(raw):
    with pytest.raises(Refusal) as refused:
        read(raw)
    assert refused.value.code == "TILLIT_MALFORMED"


def test_a_stored_list_under_other_root_keys_shuts():
    held = state.accept_list(begun(), PORTAL.list(1, "b.example"), RULES, PORTAL.at)
    other = read_settings({"federation": FEDERATION, "root_keys": {"ed25519:root-a": "A" * 43}}, NAME).rules
    effect = effect_of(held, other)
    assert effect.fault and not effect.open_to_all and effect.open_at(PORTAL.at) == []


def test_a_lost_list_after_the_first_enforce_shuts():
    effect = effect_of(Held(enforced_at=1), RULES)
    assert effect.fault and not effect.open_to_all and effect.leased


def test_a_lookup_is_quick_enough_for_every_request():
    held = state.accept_list(begun(), filled(1_500_000)[1], RULES, PORTAL.at)
    gate = Gate(Clocks(), 60_000)
    gate.apply(effect_of(held, RULES), held.highest_issued)
    gate.confirm(Clocks().boot())
    started = time.perf_counter()
    assert all(f"s{number}.example" in gate for number in range(MAX_ENTRIES))
    assert time.perf_counter() - started < 1, "10,000 lookups"


def test_the_gate_is_a_dict_that_answers_alike_however_it_is_asked():
    held = state.accept_list(begun(), PORTAL.list(1, "b.example", "c.example"), RULES, PORTAL.at)
    gate = Gate(Clocks(), 60_000)
    gate.apply(effect_of(held, RULES), held.highest_issued)
    assert isinstance(gate, dict) and gate and len(gate) == 0 and list(gate) == [], "unconfirmed: shut, and not 'unset'"
    gate.confirm(Clocks().boot())
    gate.denied = frozenset({"c.example"})
    assert list(gate) == list(gate.keys()) == ["b.example"] and gate.get("c.example") is None and gate["b.example"]
    with pytest.raises(KeyError):
        gate["c.example"]
    gate.shut()
    assert "b.example" not in gate


def test_a_deny_file_that_becomes_unreadable_leaves_the_last_good_list(tmp_path):
    file = tmp_path / "deny"
    file.write_text("b.example\n")
    deny = DenyList(str(file))
    assert deny.refresh() and deny.names == {"b.example"}
    file.write_text("not a name\n")
    assert deny.refresh() and deny.fault and deny.names == {"b.example"}
    file.unlink()
    deny.refresh()
    assert deny.fault and deny.names == {"b.example"}
    file.write_text("c.example\n")
    assert deny.refresh() and not deny.fault and deny.names == {"c.example"}


@pytest.mark.parametrize("given", [None, 7, [], {"root_keys": 1}, {"consent_keys": {"a": 1}}, {"asks": [{}]}, {1: 2}])
def test_settings_of_any_shape_yield_faults_and_never_raise(given):
    assert read_settings(given, NAME).faults


def test_consents_cannot_be_required_without_keys():
    given = {"federation": FEDERATION, "root_keys": PORTAL.roots(), "require_consents": True}
    assert read_settings(given, NAME).faults == ("`require_consents` needs `consent_keys`",)
