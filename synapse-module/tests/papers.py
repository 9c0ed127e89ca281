"""Makes signed documents for tests, as a portal and its root would."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from nacl.signing import SigningKey
from signedjson.key import decode_signing_key_base64
from signedjson.sign import sign_json
from unpaddedbase64 import encode_base64

from tillit_synapse.laws.form import canonical, content_of, digest_of

FEDERATION = "portal.example"
DAY = 86_400_000


def now() -> int:
    return time.time_ns() // 1_000_000


def key(name: str, seed: str = "") -> Any:
    """A signing key that is the same in every run, from its name."""
    raw = (seed or name).encode().ljust(32, b".")[:32]
    return decode_signing_key_base64("ed25519", name, encode_base64(raw))


def public(signing_key: Any) -> str:
    return encode_base64(SigningKey(bytes(signing_key)).verify_key.encode())


def signed(document: dict[str, Any], name: str, *keys: Any) -> bytes:
    for one in keys:
        document = sign_json(document, name, one)
    return canonical(document)


@dataclass
class Portal:
    """Root and list keys of one federation, and the documents for one server."""

    audience: str
    at: int = field(default_factory=now)
    root: Any = field(default_factory=lambda: key("root-a"))
    list_key: Any = field(default_factory=lambda: key("2", "list-key"))

    def roots(self) -> dict[str, str]:
        return {"ed25519:root-a": public(self.root)}

    def keyset(self, epoch: int = 1, serial: int = 1, keys: Any = None, **over: Any) -> bytes:
        keys = keys or {
            f"ed25519:{self.list_key.version}": {
                "key": public(self.list_key),
                "from": self.at - DAY,
                "until": self.at + 365 * DAY,
            }
        }
        document = {
            "type": "tillit.keyset.v1",
            "federation": FEDERATION,
            "epoch": epoch,
            "serial": serial,
            "issued_at": self.at,
            "crit": [],
            "list_keys": keys,
        }
        return signed({**document, **over}, FEDERATION, self.root)

    def reason(self, number: int = 1, **over: Any) -> dict[str, Any]:
        found = {"id": f"agr_{number}", "digest": digest_of(number), "from": self.at - DAY, **over}
        return {name: value for name, value in found.items() if value is not None}

    def entry(self, server: str, *reasons: dict[str, Any], **over: Any) -> dict[str, Any]:
        return {"server": server, "reasons": list(reasons) or [self.reason()], **over}

    def list_content(self, version: int, *servers: Any, **over: Any) -> dict[str, Any]:
        document = {
            "type": "tillit.allow_list.v1",
            "federation": FEDERATION,
            "audience": self.audience,
            "epoch": 1,
            "version": version,
            "mode": "enforce",
            "issued_at": self.at,
            "expires_at": self.at + 3 * DAY,
            "when_stale": "keep",
            "crit": [],
            "allow": [self.entry(one) if isinstance(one, str) else one for one in servers],
        }
        return {**document, **over}

    def list(self, version: int, *servers: Any, by: Any = None, **over: Any) -> bytes:
        return signed(self.list_content(version, *servers, **over), FEDERATION, by or self.list_key)

    def renewal(self, of: dict[str, Any], issued_at: int, expires_at: int, **over: Any) -> bytes:
        document = {
            "type": "tillit.renewal.v1",
            "federation": FEDERATION,
            "audience": self.audience,
            "epoch": of["epoch"],
            "version": of["version"],
            "digest": digest_of(content_of(of)),
            "issued_at": issued_at,
            "expires_at": expires_at,
        }
        return signed({**document, **over}, FEDERATION, self.list_key)

    def query(self, ask: str = "state", nonce: str = "", **over: Any) -> bytes:
        document = {
            "type": "tillit.query.v1",
            "federation": FEDERATION,
            "audience": self.audience,
            "ask": ask,
            "issued_at": now(),
            "nonce": nonce or f"nonce-{time.time_ns()}",
        }
        return signed({**document, **over}, FEDERATION, self.list_key)
