"""Every private part of Synapse that this package touches, in this one file, each checked at start.

| what | why no public way does |
| - | - |
| `api._hs.config.federation.federation_domain_whitelist` | no method of ModuleApi reaches the configuration |
| `api._hs.signing_key` | receipts are signed by the homeserver's own key |
| `Authenticator.reset_retry_timings` | no method resets the back-off of a destination and wakes its queue |
| `api._hs.get_federation_http_client().get_json` | no method asks another server, signed, over this server's own path |
| `api.http_client.request` and the body of what it answers | `post_json_get_json` takes no answer without a body |
| `txn.database_engine`, `isolation_level` of `run_db_interaction` | PostgreSQL needs a lock seen before the reads |
| `SynapseError` with fields of its own, `DirectServeJsonResource(canonical_json=True)` | answers are canonical bytes |
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


class Unfit(Exception):
    """This Synapse is not as we expect; says which part."""


def _reach(start: Any, path: str) -> Any:
    found = start
    for name in path.split("."):
        if not hasattr(found, name):
            raise Unfit(f"this Synapse has no `{path}` (at `{name}`)")
        found = getattr(found, name)
    return found


_WHITELIST = "_hs.config.federation.federation_domain_whitelist"


def check(api: Any) -> None:
    """Raises Unfit where anything named in this file is missing or has another shape."""
    whitelist = _reach(api, _WHITELIST)
    if whitelist is not None and not isinstance(whitelist, dict):
        raise Unfit("`federation_domain_whitelist` is neither unset nor a dict")
    _reach(api, "_hs.signing_key.version")
    for name in (
        "run_db_interaction",
        "register_cached_function",
        "invalidate_cache",
        "register_web_resource",
    ):
        _reach(api, name)
    _reach(api, "looping_background_call")
    background(api)
    try:
        from synapse.federation.transport.server._base import Authenticator
        from synapse.http.server import DirectServeJsonResource
        from synapse.storage.database import DatabasePool
        from synapse.storage.engines._base import IsolationLevel
    except ImportError as fault:
        raise Unfit(f"this Synapse lacks a part: {fault}") from fault
    _reach(Authenticator, "reset_retry_timings")
    _reach(api, "_hs.get_federation_http_client")
    _reach(IsolationLevel, "READ_COMMITTED")
    if "isolation_level" not in inspect.signature(DatabasePool.runInteraction).parameters:
        raise Unfit("`runInteraction` takes no `isolation_level`")
    if "canonical_json" not in inspect.signature(DirectServeJsonResource.__init__).parameters:
        raise Unfit("`DirectServeJsonResource` takes no `canonical_json`")


def whitelist(api: Any) -> dict[str, bool] | None:
    """The whitelist as the YAML gave it; None where the server is open."""
    return _reach(api, _WHITELIST)


def install(api: Any, gate: dict[str, bool]) -> None:
    """Puts the gate in the whitelist's place. Only while modules load: later, parts of Synapse hold the old object."""
    federation = _reach(api, "_hs.config.federation")
    federation.federation_domain_whitelist = gate
    if federation.federation_domain_whitelist is not gate:
        raise Unfit("the whitelist cannot be replaced")


def signing_key(api: Any) -> Any:
    """The homeserver's own Matrix signing key."""
    return _reach(api, "_hs.signing_key")


def background(api: Any) -> Callable[..., Any]:
    """`run_as_background_process(desc, func)`: of the api where it has one, else the older free function."""
    if hasattr(api, "run_as_background_process"):
        return api.run_as_background_process
    try:
        from synapse.module_api import run_as_background_process
    except ImportError as fault:
        raise Unfit("this Synapse runs no background processes for modules") from fault
    return run_as_background_process


def read_committed() -> int:
    """The isolation level under which a lock taken first is seen by the reads after it."""
    from synapse.storage.engines._base import IsolationLevel

    return IsolationLevel.READ_COMMITTED


def is_postgres(txn: Any) -> bool:
    """Whether the transaction is on PostgreSQL (else SQLite)."""
    return "Postgres" in type(txn.database_engine).__name__


async def reset_destination(api: Any, server: str) -> None:
    """Forgets the back-off of a destination and wakes what waits for it, in every process."""
    from synapse.federation.transport.server._base import Authenticator

    await Authenticator(_reach(api, "_hs")).reset_retry_timings(server)


PROBE_MS = 8_000


async def ask_version(api: Any, server: str) -> dict[str, Any]:
    """A signed `GET /_matrix/federation/v1/version` at another server, over this one's own path, whatever the back-off.

    `outcome`: `open` (it answered), `denied` (not on its list), `own_list` (not on ours: nothing was sent), `away`.
    """
    from synapse.api.errors import FederationDeniedError, HttpResponseException

    client = _reach(api, "_hs").get_federation_http_client()
    path = "/_matrix/federation/v1/version"
    try:
        said = await client.get_json(server, path, timeout=PROBE_MS, ignore_backoff=True, retry_on_dns_fail=False)
        told = said.get("server", {}) if isinstance(said, dict) else {}
        software = " ".join(str(told.get(part, ""))[:60] for part in ("name", "version")).strip()
        return {"outcome": "open", "status": 200, "errcode": "", "said": software}
    except FederationDeniedError:
        return {"outcome": "own_list", "status": 0, "errcode": "", "said": ""}
    except HttpResponseException as fault:
        error = fault.to_synapse_error()
        outcome = "denied" if fault.code == 403 else "away"
        return {"outcome": outcome, "status": fault.code, "errcode": error.errcode, "said": str(error.msg)[:200]}
    except Exception as fault:
        return {"outcome": "away", "status": 0, "errcode": "", "said": f"{type(fault).__name__}: {fault}"[:200]}


MOST_ANSWER = 9 * 1024 * 1024


async def post(api: Any, url: str, body: bytes) -> tuple[int, bytes]:
    """POSTs JSON by Synapse's own client: its proxy and authorities count. Status and body; raises what it raises."""
    from io import BytesIO

    from synapse.http.client import read_body_with_max_size
    from synapse.logging.context import make_deferred_yieldable
    from twisted.web.http_headers import Headers

    headers = Headers({b"Content-Type": [b"application/json"], b"User-Agent": [b"tillit-synapse"]})
    response = await api.http_client.request("POST", url, data=body, headers=headers)
    text = BytesIO()
    await make_deferred_yieldable(read_body_with_max_size(response, text, MOST_ANSWER))
    return response.code, text.getvalue()
