"""The module's settings from the homeserver's YAML. Reading them never raises: faults are values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .laws.names import is_server_name
from .laws.rules import DAY_MS, Rules
from .laws.signature import verify_key

ASKS = ("state", "reset_destination", "probe", "shares", "exposure")
_KEYS = {
    *("federation", "root_keys", "root_keys_required", "lowest_keyset", "before_first_list", "lease_ms"),
    *("poll_ms", "max_life_days", "require_consents", "consent_keys", "local_deny_file", "asks", "observe"),
    *("enforcement_point", "pull_from"),
}
_PORTAL = re.compile(r"https://[^/\s?#@]+/?|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?/?")
_FEDERATION = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass(frozen=True)
class Settings:
    """Settings as read, with every fault found. With a fault the module stands down."""

    rules: Rules
    lease_ms: int = 60_000
    poll_ms: int = 1_000
    local_deny_file: str | None = None
    enforcement_point: str = "synapse"
    pull_from: str = ""
    faults: tuple[str, ...] = field(default=())


class _Reader:
    def __init__(self, given: dict[str, Any]) -> None:
        self.given = given
        self.faults: list[str] = [f"`{key}` is not a setting" for key in sorted(set(map(str, given)) - _KEYS)]

    def take(self, name: str, default: Any, met: Callable[[Any], bool], expected: str) -> Any:
        value = self.given.get(name, default)
        try:
            if met(value):
                return value
        except (TypeError, ValueError, AttributeError):
            pass
        self.faults.append(f"`{name}` must be {expected}")
        return default


def _whole(lowest: int, highest: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and lowest <= value <= highest


def _are_keys(value: Any) -> bool:
    return bool(value) and all(verify_key(key_id, key) for key_id, key in value.items())


def _pair(text: str) -> tuple[int, int]:
    epoch, serial = str(text).split(".")
    return int(epoch), int(serial)


def _rules(reader: _Reader, audience: str) -> Rules:
    take = reader.take
    roots = take("root_keys", {}, _are_keys, "the federation's root keys, {`ed25519:ID`: base64}")
    before = take(
        "before_first_list",
        "open",
        lambda v: v in ("open", "closed") or (isinstance(v, list) and all(map(is_server_name, v))),
        "`open`, `closed` or a list of server names",
    )
    consents = take(
        "consent_keys",
        {},
        lambda v: all(_are_keys(keys) for keys in v.values()),
        "{agency: {`ed25519:ID`: base64}}",
    )
    require = take("require_consents", False, lambda v: type(v) is bool, "true or false")
    if require and not consents:
        reader.faults.append("`require_consents` needs `consent_keys`")
    required = take("root_keys_required", 1, _whole(1, 16), "a number from 1")
    if required > len(set(roots.values())):
        reader.faults.append("`root_keys_required` is more than the different root keys")
    lowest = take("lowest_keyset", "0.0", lambda v: min(_pair(v)) >= 0, '"epoch.serial", in quotes')
    asks = take("asks", ["state"], lambda v: set(v) <= set(ASKS), f"a list of {', '.join(ASKS)}")
    return Rules(
        federation=take("federation", "", _FEDERATION.fullmatch, "the federation's id, a DNS-style name"),
        audience=audience,
        root_keys=roots,
        root_keys_required=required,
        lowest_keyset=_pair(lowest),
        before_first_list=before if isinstance(before, str) else tuple(before),
        observe=take("observe", False, lambda v: type(v) is bool, "true or false"),
        max_life_ms=take("max_life_days", 31, _whole(1, 3660), "a number of days from 1") * DAY_MS,
        require_consents=require,
        consent_keys=consents,
        asks=tuple(asks),
    )


def read_settings(given: Any, audience: str) -> Settings:
    """Reads the `config` of the module for the server of that name."""
    reader = _Reader(given if isinstance(given, dict) else {})
    rules = _rules(reader, audience)
    lease = reader.take("lease_ms", 60_000, _whole(100, 86_400_000), "ms from 100")
    poll = reader.take("poll_ms", 1_000, _whole(50, 600_000), "ms from 50")
    if poll >= lease:
        reader.faults.append("`poll_ms` must be shorter than `lease_ms`")
    text = lambda v: isinstance(v, str) and 0 < len(v) <= 255  # noqa: E731
    deny = reader.take("local_deny_file", None, lambda v: v is None or text(v), "the path of a file")
    point = reader.take("enforcement_point", "synapse", text, "a short text")
    portal = reader.take("pull_from", "", lambda v: v == "" or _PORTAL.fullmatch(v), "the portal's address, https://…")
    if portal and not point.startswith("ep_"):
        reader.faults.append("`pull_from` needs `enforcement_point`, as the portal's page shows it (ep_…)")
    return Settings(rules, lease, poll, deny, point, portal.rstrip("/"), tuple(reader.faults))
