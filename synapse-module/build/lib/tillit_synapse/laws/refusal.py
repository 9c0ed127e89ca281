"""Why a document is refused: one value, one code, one status. The codes are part of the open specification."""

from __future__ import annotations

STATUS: dict[str, int] = {
    "TILLIT_MALFORMED": 400,
    "TILLIT_TYPE": 400,
    "TILLIT_CRITICAL": 400,
    "TILLIT_EXPIRED": 400,
    "TILLIT_LIFETIME": 400,
    "TILLIT_SKEW": 400,
    "TILLIT_SIGNATURE": 403,
    "TILLIT_KEY": 403,
    "TILLIT_FEDERATION": 403,
    "TILLIT_AUDIENCE": 403,
    "TILLIT_TIME": 403,
    "TILLIT_NONCE": 403,
    "TILLIT_ASK": 403,
    "TILLIT_FORBIDDEN": 403,
    "TILLIT_VERSION": 409,
    "TILLIT_FORK": 409,
    "TILLIT_JUMP": 409,
    "TILLIT_EPOCH": 409,
    "TILLIT_KEYSET": 409,
    "TILLIT_MODE": 409,
    "TILLIT_RENEWAL": 409,
    "TILLIT_SUPERSEDED": 409,
    "TILLIT_SIZE": 413,
    "TILLIT_STORE": 500,
    "TILLIT_STOOD_DOWN": 503,
}


class Refusal(Exception):
    """A document or question that is not accepted; nothing has changed.

    `code` is a key of STATUS. `extra` are further fields of the answer (the own clock, for TILLIT_TIME).
    """

    def __init__(self, code: str, why: str, extra: dict[str, int | str] | None = None) -> None:
        super().__init__(why)
        self.code = code
        self.why = why
        self.status = STATUS[code]
        self.extra = extra or {}
