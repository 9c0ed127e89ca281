"""Law 1: a document is its canonical bytes (Matrix spec, appendices, "Canonical JSON")."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from typing import Any

from canonicaljson import encode_canonical_json

from .refusal import Refusal

Document = dict[str, Any]

MAX_BYTES = 8 * 1024 * 1024
MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32


def _refuse_number(text: str) -> None:
    raise Refusal("TILLIT_MALFORMED", f"not an integer: {text[:40]}")


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise Refusal("TILLIT_MALFORMED", "an integer beyond 2^53-1")
    return int(text)


def _object(pairs: list[tuple[str, Any]]) -> Document:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Refusal("TILLIT_MALFORMED", "a key stands twice")
    return made


def _check_depth_and_null(value: Any, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise Refusal("TILLIT_MALFORMED", "nested too deep")
    if value is None:
        raise Refusal("TILLIT_MALFORMED", "null is not used")
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check_depth_and_null(part, depth + 1)


def canonical(value: Any) -> bytes:
    """Canonical bytes of a JSON value."""
    return encode_canonical_json(value)


def content_of(document: Document) -> Document:
    """The content: the document without its signatures."""
    return {key: value for key, value in document.items() if key != "signatures"}


def digest_of(value: Any) -> str:
    """`sha256:` and base64url without padding, over the canonical form."""
    return "sha256:" + urlsafe_b64encode(hashlib.sha256(canonical(value)).digest()).decode().rstrip("=")


def read(raw: bytes, limit: int = MAX_BYTES) -> Document:
    """Reads a document from its bytes. Raises Refusal where they are not exactly its canonical form."""
    if len(raw) > limit:
        raise Refusal("TILLIT_SIZE", f"more than {limit} bytes")
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
        if not isinstance(value, dict):
            raise Refusal("TILLIT_MALFORMED", "not an object")
        _check_depth_and_null(value)
        same = canonical(value) == raw
    except (ValueError, RecursionError) as fault:
        raise Refusal("TILLIT_MALFORMED", "not canonical JSON") from fault
    if not same:
        raise Refusal("TILLIT_MALFORMED", "not in canonical form")
    if "unsigned" in value:
        raise Refusal("TILLIT_MALFORMED", "`unsigned` is not used")
    return value


def refuse_unknown_critical(document: Document, known: Iterable[str], required: bool) -> None:
    """A field that the sender calls critical and we do not know: the document is refused whole."""
    if "crit" not in document and not required:
        return
    names = document.get("crit")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refusal("TILLIT_MALFORMED", "`crit` must be a list of names")
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise Refusal("TILLIT_CRITICAL", f"critical and not known here: {', '.join(unknown)[:200]}")


def understands(part: Document, known: Iterable[str]) -> bool:
    """Whether everything that an entry or a reason calls critical is known; a malformed `crit` is not."""
    names = part.get("crit", [])
    return isinstance(names, list) and all(isinstance(name, str) and name in set(known) for name in names)
