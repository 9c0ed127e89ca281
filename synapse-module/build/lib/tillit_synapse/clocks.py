"""The two clocks, in one value, so that a test can hold both."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def _boot_s() -> float:
    # CLOCK_BOOTTIME goes on while the machine sleeps; where it is missing, the monotonic clock is the nearest.
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True)
class Clocks:
    """`wall`: ms since the epoch. `boot`: seconds that no one sets, for the lease."""

    wall: Callable[[], int] = _wall_ms
    boot: Callable[[], float] = _boot_s
