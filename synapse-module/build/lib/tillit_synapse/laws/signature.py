"""Law 3: Matrix signed JSON, ed25519 alone; the algorithm is not negotiated."""

from __future__ import annotations

import re
from typing import Any

from signedjson.key import decode_verify_key_bytes
from signedjson.sign import SignatureVerifyException, verify_signed_json
from unpaddedbase64 import decode_base64

from .form import Document, content_of

KEY_ID = re.compile(r"ed25519:[A-Za-z0-9_.-]{1,64}")


def verify_key(key_id: str, key: str) -> Any:
    """The key as PyNaCl holds it. Raises ValueError where the id or the 32 bytes are wrong."""
    if not KEY_ID.fullmatch(key_id):
        raise ValueError(f"not an ed25519 key id: {key_id[:80]}")
    raw = decode_base64(key)
    if len(raw) != 32:
        raise ValueError(f"not the 32 bytes of an ed25519 key: {key_id}")
    return decode_verify_key_bytes(key_id, raw)


def signature_ids(document: Document, name: str) -> list[str]:
    """Ids of the keys that claim to have signed in that name; empty where the form is wrong."""
    signatures = document.get("signatures")
    own = signatures.get(name) if isinstance(signatures, dict) else None
    return [key_id for key_id, made in own.items() if isinstance(made, str)] if isinstance(own, dict) else []


def is_signed_by(document: Document, name: str, key_id: str, key: str) -> bool:
    """Whether the signature of that key, in that name, is good over the document's content."""
    if key_id not in signature_ids(document, name):
        return False
    signed = {**content_of(document), "signatures": document["signatures"]}
    try:
        verify_signed_json(signed, name, verify_key(key_id, key))
    except (SignatureVerifyException, ValueError):
        return False
    return True


def signers_by_value(document: Document, name: str, keys: dict[str, str]) -> set[bytes]:
    """The different keys (by value, not by id) of `keys` that signed the document."""
    return {decode_base64(key) for key_id, key in keys.items() if is_signed_by(document, name, key_id, key)}
