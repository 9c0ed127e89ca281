"""How a process hears at once, through Synapse's own replication, that another has stored something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Hint:
    """Looks like a cached function, so that `invalidate_cache` reaches every process; it caches nothing.

    Reading the database from a real cached function's invalidation deadlocks the process; this only starts a reload.
    """

    __module__ = "tillit_synapse"
    __name__ = "changed"

    def __init__(self, heard: Callable[[str | None], None]) -> None:
        self._heard = heard

    def invalidate(self, keys: tuple[Any, ...]) -> None:
        """Something has changed; the key is its revision."""
        self._heard(str(keys[0]) if keys else None)

    def invalidate_all(self) -> None:
        """Something may have changed."""
        self._heard(None)
