"""A portal that answers questions, as the specification's section 5 has it: every signature and nonce is checked."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from papers import Portal, now
from signedjson.key import decode_verify_key_bytes
from signedjson.sign import verify_signed_json
from unpaddedbase64 import decode_base64

POINT = "ep_00000000-0000-7000-8000-000000000001"


class PullPortal:
    """`documents` are what there is, as (kind, bytes); whatever is newer than asked is answered at once or awaited."""

    def __init__(self, portal: Portal, name: str) -> None:
        self.portal, self.name = portal, name
        self.keys: dict[str, str] = {}
        self.list: tuple[tuple[int, int], bytes] | None = None
        self.keyset = ((1, 1), portal.keyset())
        self.receipts: list[dict[str, Any]] = []
        self.questions: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.refuse: dict[str, Any] | None = None
        self._nonces: set[str] = set()
        self._news = threading.Condition()
        portal_ = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status, answer = portal_.answer(self.path.rsplit("/", 1)[-1], body)
                raw = b"" if answer is None else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def sign(self, version: int, *servers: str, **over: Any) -> None:
        with self._news:
            self.list = ((over.get("epoch", 1), version), self.portal.list(version, *servers, **over))
            self._news.notify_all()

    def rotate(self, epoch: int, serial: int, list_key: Any) -> None:
        """From now on lists are signed by that key, as the root says; it is told with the next list."""
        self.portal.list_key = list_key
        self.keyset = ((epoch, serial), self.portal.keyset(epoch, serial))

    def answer(self, route: str, body: bytes) -> tuple[int, Any]:
        document = json.loads(body)
        if self.refuse is not None:
            return 403, self.refuse
        try:
            self._verify(document)
        except Exception as fault:
            self.refused.append(f"{route}: {fault}")
            return 403, {"errcode": "TILLIT_SIGNATURE", "error": str(fault)}
        if route == "receipts":
            self.receipts.append(document)
            return 200, {}
        assert abs(now() - document["issued_at"]) < 5_000
        assert document["nonce"] not in self._nonces
        self._nonces.add(document["nonce"])
        self.questions.append(document)
        with self._news:
            self._news.wait_for(lambda: self._missing(document), timeout=min(document["wait"], 5_000) / 1000)
            found = self._missing(document)
        return (200, {"documents": found}) if found else (204, None)

    def _verify(self, document: dict[str, Any]) -> None:
        ((key_id, key),) = self.keys.items()
        verify_signed_json(document, self.name, decode_verify_key_bytes(key_id, decode_base64(key)))
        assert document["enforcement_point"] == POINT

    def _missing(self, asked: dict[str, Any]) -> list[dict[str, str]]:
        if self.list is None:
            return []
        newer = (("keyset", *self.keyset), ("list", *self.list))
        found = [(kind, raw) for kind, place, raw in newer if _place(asked[kind]) < place]
        return [{"kind": kind, "bytes": raw.decode()} for kind, raw in found]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def _place(text: str) -> tuple[int, int]:
    epoch, number = text.split(".")
    return int(epoch), int(number)
