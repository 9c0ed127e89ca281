"""The vectors of the open specification, run against this enforcement point."""

from __future__ import annotations

import json
from typing import Any

import pytest
from vectors import FOLDER, LAWS, text_of

from tillit_synapse.laws import state
from tillit_synapse.laws.effect import effect_of
from tillit_synapse.laws.refusal import Refusal
from tillit_synapse.laws.rules import Rules
from tillit_synapse.laws.state import Held, law_time

FILES = sorted(FOLDER.glob("law-*.json"))
ALL = [
    pytest.param(vector, id=f"law {found['law']}: {vector['name']}")
    for found in (json.loads(file.read_text("utf-8")) for file in FILES)
    for vector in found["vectors"]
    if "steps" in vector and "gate" not in vector
]


def rules_of(given: dict[str, Any]) -> Rules:
    before = given["before_first_list"]
    return Rules(**{
        **given,
        "lowest_keyset": tuple(given["lowest_keyset"]),
        "before_first_list": before if isinstance(before, str) else tuple(before),
        "asks": tuple(given["asks"]),
    })  # fmt: skip


def accept(held: Held, step: dict[str, Any], rules: Rules) -> Held:
    raw = step["document"].encode()
    if step["put"] == "consent_end":
        return state.accept_consent_end(held, raw, rules)
    return getattr(state, f"accept_{step['put']}")(held, raw, rules, step["clock"])


def run(vector: dict[str, Any]) -> None:
    rules, held = rules_of(vector["rules"]), Held()
    for step in vector["steps"]:
        if step["put"] == "look":
            check(held, step, rules)
            continue
        try:
            after, code = accept(held, step, rules), "ok"
        except Refusal as refusal:
            after, code = held, refusal.code
        assert code == step["expect"]
        held = after


def check(held: Held, look: dict[str, Any], rules: Rules) -> None:
    effect, now = effect_of(held, rules), law_time(held, look["clock"])
    seen = {"open": effect.open_at(now), "stale": effect.stale(now)}
    for name, expected in look["expect"].items():
        found = seen[name] if name in seen else getattr(effect, name)
        assert found == expected, f"{name} is {found}"


@pytest.mark.parametrize("vector", ALL)
def test_vector(vector):
    run(vector)


@pytest.mark.parametrize("law", LAWS)
def test_the_published_vectors_are_the_ones_made_here(law):
    assert (FOLDER / f"law-{law:02}.json").read_text("utf-8") == text_of(law)


def test_every_law_has_vectors():
    assert {json.loads(file.read_text("utf-8"))["law"] for file in FILES} == set(range(1, 13))
