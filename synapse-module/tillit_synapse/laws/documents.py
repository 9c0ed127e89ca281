"""Shape and signatures of each kind of document, apart from order and time. All raise Refusal."""

from __future__ import annotations

import re
from typing import Any

from .form import MAX_BYTES, MAX_INTEGER, Document, read, refuse_unknown_critical
from .names import is_server_name
from .refusal import Refusal
from .rules import MAX_ENTRIES, Rules
from .signature import is_signed_by, signature_ids, signers_by_value, verify_key

DIGEST = re.compile(r"sha256:[A-Za-z0-9_-]{43}")
KEYSET, LIST, RENEWAL = "tillit.keyset.v1", "tillit.allow_list.v1", "tillit.renewal.v1"
QUERY, CONSENT, CONSENT_END = "tillit.query.v1", "tillit.consent.v1", "tillit.consent_end.v1"
_KNOWN = {
    KEYSET: {"type", "federation", "epoch", "serial", "issued_at", "crit", "list_keys", "signatures"},
    LIST: {
        *("type", "federation", "audience", "epoch", "version", "mode", "issued_at", "expires_at"),
        *("when_stale", "crit", "allow", "signatures"),
    },
    RENEWAL: {
        *("type", "federation", "audience", "epoch", "version", "digest", "issued_at", "expires_at"),
        *("crit", "signatures"),
    },
    QUERY: {"type", "federation", "audience", "ask", "server", "issued_at", "nonce", "crit", "signatures"},
    CONSENT_END: {"type", "federation", "reason", "digest", "crit", "signatures"},
}
_LIMIT = {KEYSET: 65_536, LIST: MAX_BYTES, RENEWAL: 1024, QUERY: 4096, CONSENT_END: 4096}


def need(met: bool, what: str) -> None:
    """Refuses as malformed what is not met."""
    if not met:
        raise Refusal("TILLIT_MALFORMED", what)


def is_count(value: Any, lowest: int = 0) -> bool:
    """Whether this is an integer (never a boolean) from `lowest` to 2^53-1."""
    return isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= MAX_INTEGER


def _instants(document: Document, *names: str) -> None:
    for name in names:
        need(is_count(document.get(name)), f"`{name}` must be ms since the epoch")


def open_document(raw: bytes, kind: str, rules: Rules) -> Document:
    """Reads bytes as a document of one kind, for this federation and, where it has one, this audience."""
    document = read(raw, _LIMIT[kind])
    if document.get("type") != kind:
        raise Refusal("TILLIT_TYPE", f"not a {kind}")
    if document.get("federation") != rules.federation:
        raise Refusal("TILLIT_FEDERATION", "of another federation")
    if "audience" in _KNOWN[kind] and document.get("audience") != rules.audience:
        raise Refusal("TILLIT_AUDIENCE", "for another server")
    refuse_unknown_critical(document, _KNOWN[kind], required=kind in (KEYSET, LIST))
    return document


def read_keyset(raw: bytes, rules: Rules) -> Document:
    """A keyset signed by enough different pinned root keys, not below the lowest pinned."""
    keyset = open_document(raw, KEYSET, rules)
    need(is_count(keyset.get("epoch"), 1), "`epoch` must be a positive integer")
    need(is_count(keyset.get("serial"), 1), "`serial` must be a positive integer")
    _instants(keyset, "issued_at")
    keys = keyset.get("list_keys")
    need(isinstance(keys, dict), "`list_keys` must be an object")
    for key_id, entry in keys.items():
        need(isinstance(entry, dict) and isinstance(entry.get("key"), str), "a list key without its key")
        _instants(entry, "from", "until")
        try:
            verify_key(key_id, entry["key"])
        except ValueError as fault:
            raise Refusal("TILLIT_MALFORMED", str(fault)) from fault
    if len(signers_by_value(keyset, rules.federation, rules.root_keys)) < max(1, rules.root_keys_required):
        raise Refusal("TILLIT_SIGNATURE", "not signed by enough of the pinned root keys")
    if (keyset["epoch"], keyset["serial"]) < rules.lowest_keyset:
        raise Refusal("TILLIT_VERSION", "below the lowest keyset that the operator pinned")
    return keyset


def check_list_signature(document: Document, keyset: Document) -> None:
    """Law 3: by a list key of the keyset, valid when the document was issued."""
    name, issued = keyset["federation"], document["issued_at"]
    out_of_time = False
    for key_id in signature_ids(document, name):
        entry = keyset["list_keys"].get(key_id)
        if entry is None or not is_signed_by(document, name, key_id, entry["key"]):
            continue
        if entry["from"] <= issued < entry["until"]:
            return
        out_of_time = True
    if out_of_time:
        raise Refusal("TILLIT_KEY", "the list key was not valid when this was issued")
    raise Refusal("TILLIT_SIGNATURE", "not signed by a list key of the current keyset")


def _check_entries(allow: Any) -> None:
    need(isinstance(allow, list), "`allow` must be a list")
    if len(allow) > MAX_ENTRIES:
        raise Refusal("TILLIT_SIZE", f"more than {MAX_ENTRIES} entries")
    seen: set[str] = set()
    for entry in allow:
        need(isinstance(entry, dict) and is_server_name(entry.get("server")), "an entry is no server name")
        need(entry["server"] not in seen, "a server stands twice")
        need(isinstance(entry.get("reasons"), list), "an entry without reasons")
        seen.add(entry["server"])
        for reason in entry["reasons"]:
            need(isinstance(reason, dict) and isinstance(reason.get("id"), str), "a reason without id")
            need(isinstance(reason.get("digest"), str), "a reason without digest")
            for name in ("from", "until", "offline_ms"):
                need(name not in reason or is_count(reason[name]), f"a reason's `{name}` is not a time in ms")


def check_list_shape(document: Document) -> None:
    """Fields of a list and of each entry (laws 1 and 8)."""
    need(is_count(document.get("epoch"), 1), "`epoch` must be a positive integer")
    need(is_count(document.get("version"), 1), "`version` must be a positive integer")
    need(document.get("mode") in ("observe", "enforce"), "unknown mode")
    need(document.get("when_stale") in ("keep", "shut"), "unknown when_stale")
    _instants(document, "issued_at", "expires_at")
    need(document["issued_at"] < document["expires_at"], "expires before it is issued")
    _check_entries(document.get("allow"))


def read_list(raw: bytes, rules: Rules, keyset: Document) -> Document:
    """A list for this server signed under that keyset; its order and age are not looked at."""
    document = open_document(raw, LIST, rules)
    _instants(document, "issued_at")
    check_list_signature(document, keyset)
    check_list_shape(document)
    return document


def read_renewal(raw: bytes, rules: Rules, keyset: Document) -> Document:
    """A renewal for this server signed under that keyset."""
    document = open_document(raw, RENEWAL, rules)
    _instants(document, "issued_at", "expires_at")
    check_list_signature(document, keyset)
    need(document["issued_at"] < document["expires_at"], "expires before it is issued")
    need(is_count(document.get("epoch"), 1) and is_count(document.get("version"), 1), "names no list")
    need(isinstance(document.get("digest"), str), "`digest` must be a text")
    return document


def read_query(raw: bytes, rules: Rules, keyset: Document | None) -> Document:
    """A question signed by a list key of the current keyset; without a keyset nobody can ask."""
    document = open_document(raw, QUERY, rules)
    _instants(document, "issued_at")
    if keyset is None:
        raise Refusal("TILLIT_SIGNATURE", "not signed by a list key of the current keyset")
    check_list_signature(document, keyset)
    nonce = document.get("nonce")
    need(isinstance(nonce, str) and 16 <= len(nonce) <= 128, "`nonce` must be 16 to 128 characters")
    need(isinstance(document.get("ask"), str), "`ask` must be a text")
    if document["ask"] in ("reset_destination", "probe", "exposure"):
        need(is_server_name(document.get("server")), "`server` must be a server name")
    return document
