"""Tillit for Synapse: a signed federation allow-list, enforced in every process of a running homeserver."""

from __future__ import annotations

import logging
from typing import Any

__all__ = ["TillitModule"]


class TillitModule:
    """What `modules:` in homeserver.yaml names. Whatever goes wrong in here, the homeserver itself starts and runs."""

    def __init__(self, config: Any, api: Any) -> None:
        self.enforcer: Any = None
        try:
            # Imported here: a Synapse that lacks a part must not fail to start because of us.
            from .module import start

            self.enforcer = start(config, api)
        except Exception:
            logging.getLogger("tillit_synapse").critical(
                "tillit stands down: it could not start; federation stays as it is", exc_info=True
            )

    @staticmethod
    def parse_config(config: Any) -> Any:
        """Takes the settings as they are: a fault in them is told later and never stops the homeserver."""
        return config
