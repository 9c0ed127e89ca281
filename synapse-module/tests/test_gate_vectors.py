"""Vectors of laws 7, 11 and 12: the gate, the operator's file, and the receipt as the portal must judge it."""

from __future__ import annotations

import json

import pytest
from signedjson.key import decode_verify_key_bytes
from signedjson.sign import SignatureVerifyException, verify_signed_json
from test_vectors import accept, rules_of
from unpaddedbase64 import decode_base64
from vectors import FOLDER

from tillit_synapse.clocks import Clocks
from tillit_synapse.denylist import DenyList
from tillit_synapse.gate import Gate
from tillit_synapse.laws.effect import effect_of
from tillit_synapse.laws.state import Held


def load(law):
    vectors = json.loads((FOLDER / f"law-{law:02}.json").read_text("utf-8"))["vectors"]
    return [pytest.param(vector, id=f"law {law}: {vector['name']}") for vector in vectors]


@pytest.mark.parametrize("vector", [*load(7), *load(11)])
def test_the_gate_obeys(vector, tmp_path):
    rules, held = rules_of(vector["rules"]), Held()
    for step in vector["steps"]:
        held = accept(held, step, rules)
    deny = DenyList(None)
    if "local_deny" in vector:
        file = tmp_path / "deny"
        if vector["local_deny"] is not None:
            file.write_text(vector["local_deny"])
        deny = DenyList(str(file))
        deny.refresh()
    time = {"wall": 0, "boot": 0.0}
    gate = Gate(Clocks(wall=lambda: time["wall"], boot=lambda: time["boot"]), vector["lease_ms"])
    assert "b.example" not in gate, "a new gate is shut"
    gate.denied = deny.names
    gate.apply(effect_of(held, rules), held.highest_issued)
    for look in vector["gate"]:
        time.update(wall=look["clock"], boot=look["boot_ms"] / 1000)
        if "confirmed_ms" in look:
            gate.confirm(look["confirmed_ms"] / 1000)
        assert [name for name in look["ask"] if name in gate] == look["open"]


FIELDS = set(json.loads((FOLDER / "law-12.json").read_text("utf-8"))["vectors"][0]["receipt"])


def judge(vector):
    """A receipt as whoever asked must judge it."""
    receipt = vector["receipt"]
    if set(receipt) != FIELDS:
        return "fields"
    ((key_id, key),) = vector["keys"].items()
    try:
        verify_signed_json(receipt, receipt["audience"], decode_verify_key_bytes(key_id, decode_base64(key)))
    except SignatureVerifyException:
        return "signature"
    if receipt["sequence"] <= vector["last_sequence"]:
        return "sequence"
    return "ok" if receipt["answers"] == vector["asked"] else "answers"


@pytest.mark.parametrize("vector", load(12))
def test_a_receipt_is_judged(vector):
    assert judge(vector) == vector["expect"]
