"""Writes the JSON vectors of docs/specification/vectors (`python tests/vectors.py`); a test holds them equal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cases import begun, portal
from consents import consent_cases
from vectors_form import law_1, law_8, law_9
from vectors_gate import law_7, law_11, law_12
from vectors_order import law_2, law_3
from vectors_time import law_4, law_5, law_6

FOLDER = Path(__file__).parents[2] / "docs" / "specification" / "vectors"


def law_10() -> list[Any]:
    return consent_cases(begun, portal())


LAWS = {
    **{1: law_1, 2: law_2, 3: law_3, 4: law_4, 5: law_5, 6: law_6},
    **{7: law_7, 8: law_8, 9: law_9, 10: law_10, 11: law_11, 12: law_12},
}


def text_of(number: int) -> str:
    """The file of one law, as it stands in the repository."""
    made = [case if isinstance(case, dict) else case.made for case in LAWS[number]()]
    return json.dumps({"law": number, "vectors": made}, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for law in LAWS:
        (FOLDER / f"law-{law:02}.json").write_text(text_of(law), "utf-8")
