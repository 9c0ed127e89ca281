"""Matrix server names, lower case (Matrix spec, appendices, "Server name")."""

from __future__ import annotations

import ipaddress
import re

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DNS = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_SPLIT = re.compile(r"(\[[0-9a-f:.]+\]|[^:\[\]]+)(?::([1-9][0-9]{0,4}))?", re.ASCII)
MAX_LENGTH = 255


def _is_address(text: str, kind: type[ipaddress.IPv4Address] | type[ipaddress.IPv6Address]) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True


def is_server_name(text: object) -> bool:
    """Whether this is a server name exactly as a list must hold it: nothing is normalised here."""
    if not isinstance(text, str) or len(text) > MAX_LENGTH:
        return False
    parts = _SPLIT.fullmatch(text)
    if parts is None or (parts[2] is not None and int(parts[2]) > 65535):
        return False
    host = parts[1]
    if host.startswith("["):
        return _is_address(host[1:-1], ipaddress.IPv6Address)
    if re.fullmatch(r"[0-9.]+", host):
        return _is_address(host, ipaddress.IPv4Address)
    return _DNS.fullmatch(host) is not None
