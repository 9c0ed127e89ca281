"""What the operator alone decides; nothing that a portal sends changes any of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

DAY_MS = 86_400_000
SKEW_MS = 300_000
MAX_JUMP = 1_000_000
MAX_ENTRIES = 10_000
MAX_CONSENT_MS = 400 * DAY_MS

BeforeFirst = Literal["open", "closed"] | tuple[str, ...]


@dataclass(frozen=True)
class Rules:
    """Pinned keys, limits and modes of one enforcement point. Times in ms."""

    federation: str
    audience: str
    root_keys: dict[str, str]
    root_keys_required: int = 1
    lowest_keyset: tuple[int, int] = (0, 0)
    before_first_list: BeforeFirst = "open"
    observe: bool = False
    max_life_ms: int = 31 * DAY_MS
    require_consents: bool = False
    consent_keys: dict[str, dict[str, str]] = field(default_factory=dict)
    asks: tuple[str, ...] = ("state",)
