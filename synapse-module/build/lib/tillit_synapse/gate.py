"""The object in the place of Synapse's whitelist: it answers `name in gate`, and everything asks it alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .clocks import Clocks
from .laws.effect import Effect, is_open

MAX_NOTED = 1000


class Gate(dict[str, bool]):
    """A dict whose membership depends on time, lease and the operator's own deny list.

    Shut when made; `apply` gives it what to obey. It is asked on Synapse's reactor thread and must stay quick.
    """

    def __init__(self, clocks: Clocks, lease_ms: int) -> None:
        super().__init__()
        self._clocks = clocks
        self._lease_s = lease_ms / 1000
        self._effect: Effect | None = None
        self._highest_issued = 0
        self._deadline = 0.0
        self.denied: frozenset[str] | None = frozenset()
        self.noted: set[str] = set()

    def now(self) -> int:
        """Law 5: the later of the own clock and the highest `issued_at` accepted."""
        return max(self._clocks.wall(), self._highest_issued)

    def apply(self, effect: Effect, highest_issued: int) -> None:
        """Obeys this from now on; the lease is not extended by it."""
        self._highest_issued = max(self._highest_issued, highest_issued)
        self._effect = effect
        dict.clear(self)
        dict.update(self, dict.fromkeys(effect.windows, True))

    def confirm(self, started: float) -> None:
        """Extends the lease, counted from the start (boot clock, s) of the query that confirmed the list."""
        self._deadline = max(self._deadline, started + self._lease_s)

    def shut(self) -> None:
        """Obeys nothing: shut to everyone until the next `apply`."""
        self._effect = None
        dict.clear(self)

    @property
    def lapsed(self) -> bool:
        """Whether this process has not confirmed its list for longer than the lease."""
        return self._effect is not None and self._effect.leased and self._clocks.boot() >= self._deadline

    @property
    def open_to_all(self) -> bool:
        """Whether everyone but the denied is let through."""
        effect = self._effect
        return effect is not None and effect.open_to_all and self.denied is not None and not self.lapsed

    def __contains__(self, name: object) -> bool:
        effect = self._effect
        if effect is None or self.denied is None or name in self.denied or not isinstance(name, str):
            return False
        if effect.leased and self._clocks.boot() >= self._deadline:
            return False
        now = self.now()
        if effect.mode == "observe" and len(self.noted) < MAX_NOTED:
            self._note(effect, name, now)
        return effect.open_to_all or is_open(effect.windows.get(name, ()), now)

    def _note(self, effect: Effect, name: str, now: int) -> None:
        if not is_open(effect.listed.get(name, ()), now):
            self.noted.add(name)

    def names(self) -> list[str]:
        """Sorted names open now, read from what `in` answers."""
        effect = self._effect
        return [] if effect is None else sorted(name for name in effect.windows if name in self)

    def __getitem__(self, name: str) -> bool:
        if name in self:
            return True
        raise KeyError(name)

    def get(self, name: str, default: Any = None) -> Any:
        """As `in` answers."""
        return True if name in self else default

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def keys(self) -> Any:
        """Names open now: Synapse's own read-back route lists these."""
        return dict.fromkeys(self.names(), True).keys()

    def __len__(self) -> int:
        return len(self.names())

    def __bool__(self) -> bool:
        # Synapse asks `is not None`; a truthiness test elsewhere must never read "no whitelist".
        return True
