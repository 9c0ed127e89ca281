"""The first reading of a process, before any of its listeners opens."""

from __future__ import annotations

import threading
from typing import Any

from . import private, store
from .enforcer import Enforcer


def boot(enforcer: Enforcer, timeout_s: float = 15.0) -> None:
    """Reads what is stored and waits for it. Shut where that fails or takes longer; the poll mends it."""
    enforcer.refresh_deny()
    done = threading.Event()
    found: list[store.Snapshot] = []
    faults: list[str] = []
    started = enforcer.clocks.boot()

    def run(txn: Any) -> None:
        # Runs on a database thread, while the reactor's own thread waits below: nothing else could wake it.
        try:
            found[:] = [enforcer.first(txn)]
        except Exception as fault:
            faults[:] = [repr(fault)]
            raise
        finally:
            done.set()

    async def ask() -> None:
        # In a context of its own: a bare call here would leave Synapse's start in the wrong log context.
        try:
            await enforcer.run("tillit_boot", run)
        except Exception as fault:
            faults[:] = [repr(fault)]
            done.set()

    private.background(enforcer.api)("tillit_boot", ask)
    if done.wait(timeout_s) and found:
        enforcer.obey(found[0], started, first=True)
    else:
        enforcer.tell(f"the list could not be read at start ({''.join(faults) or 'timed out'}); shut until it can")
