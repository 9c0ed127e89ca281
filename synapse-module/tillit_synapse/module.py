"""Starts the enforcement in one process of Synapse, or stands down and says why."""

from __future__ import annotations

import logging
from typing import Any

from . import private
from .boot import boot
from .clocks import Clocks
from .enforcer import Enforcer
from .pull import Puller
from .routes import PATH, Routes
from .settings import read_settings

logger = logging.getLogger("tillit_synapse")
OPEN = (
    "this server federates with everyone, because homeserver.yaml has no `federation_domain_whitelist`."
    " Write `federation_domain_whitelist: []` there and restart"
)


def start(config: Any, api: Any, clocks: Clocks | None = None) -> Enforcer | None:
    """Puts the gate in place and begins. None where the settings or this Synapse forbid it."""
    settings = read_settings(config, api.server_name)
    if settings.faults:
        return _stand_down(api, "; ".join(settings.faults))
    try:
        private.check(api)
        whitelist = private.whitelist(api)
    except private.Unfit as fault:
        return _stand_down(api, f"{fault}. This release of Synapse is not supported; federation stays as the YAML says")
    enforcer = Enforcer(api, settings, clocks or Clocks(), OPEN if whitelist is None else "")
    if whitelist is None:
        logger.critical("tillit stands down: %s.", OPEN)
    else:
        if whitelist:
            logger.warning("tillit: the names in the YAML's whitelist are not used; see `before_first_list`")
        private.install(api, enforcer.gate)
    boot(enforcer)
    api.register_web_resource(PATH, Routes(enforcer))
    api.register_cached_function(enforcer.hook)
    api.looping_background_call(enforcer.poll, settings.poll_ms, desc="tillit_poll", run_on_all_instances=True)
    if settings.pull_from:
        Puller(enforcer).start()
    return enforcer


def _stand_down(api: Any, why: str) -> None:
    logger.critical("tillit stands down: %s. Run `tillit-synapse check -c homeserver.yaml`.", why)
    if hasattr(api, "register_web_resource"):
        api.register_web_resource(PATH, Routes(None))
