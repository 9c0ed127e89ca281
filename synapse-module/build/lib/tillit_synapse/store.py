"""What is kept in the homeserver's own database. Each function runs inside one transaction given by Synapse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import private
from .laws.state import Held

LOCK = 0x7111_1E57
NONCE_MS = 120_000
FORGET_INSTANCE_MS = 86_400_000
_TABLES = (
    "CREATE TABLE IF NOT EXISTS tillit_document (name TEXT PRIMARY KEY, bytes TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS tillit_head (id INTEGER PRIMARY KEY, revision BIGINT NOT NULL,"
    " highest_issued BIGINT NOT NULL, sequence BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS tillit_enforced (id INTEGER PRIMARY KEY, since BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS tillit_consent_end (agency TEXT NOT NULL, reason TEXT NOT NULL,"
    " digest TEXT NOT NULL, bytes TEXT NOT NULL, PRIMARY KEY (agency, reason, digest))",
    "CREATE TABLE IF NOT EXISTS tillit_nonce (nonce TEXT PRIMARY KEY, until_ms BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS tillit_instance (name TEXT PRIMARY KEY, boot TEXT NOT NULL, epoch BIGINT NOT NULL,"
    " version BIGINT NOT NULL, applied_at BIGINT NOT NULL, seen_at BIGINT NOT NULL)",
    "INSERT INTO tillit_head (id, revision, highest_issued, sequence) VALUES (1, 0, 0, 0) ON CONFLICT (id) DO NOTHING",
)
_DOCUMENTS = ("keyset", "list", "list_keyset", "renewal")


@dataclass(frozen=True)
class Snapshot:
    """What was read, and the revision that rises with every change of it."""

    held: Held
    revision: int


@dataclass(frozen=True)
class Instance:
    """One process and what it obeys; times in ms, `seen_at` by the database's clock."""

    name: str
    boot: str
    epoch: int
    version: int
    applied_at: int
    seen_at: int = 0


def lock(txn: Any) -> None:
    """One writer at a time across processes. SQLite has one writer anyway."""
    if private.is_postgres(txn):
        txn.execute("SELECT pg_advisory_xact_lock(?)", (LOCK,))


def create_tables(txn: Any) -> None:
    """`IF NOT EXISTS` alone races on PostgreSQL: call it under `lock`."""
    for statement in _TABLES:
        txn.execute(statement)


def read_revision(txn: Any) -> int:
    """The revision alone: the cheap question of every poll."""
    txn.execute("SELECT revision FROM tillit_head WHERE id = 1")
    row = txn.fetchone()
    return row[0] if row else -1


def read_all(txn: Any) -> Snapshot:
    """Everything held, and its revision."""
    txn.execute("SELECT revision, highest_issued FROM tillit_head WHERE id = 1")
    revision, highest_issued = txn.fetchone() or (-1, 0)
    txn.execute("SELECT name, bytes FROM tillit_document")
    found = {name: text.encode() for name, text in txn.fetchall() if name in _DOCUMENTS}
    txn.execute("SELECT since FROM tillit_enforced WHERE id = 1")
    enforced = txn.fetchone()
    txn.execute("SELECT agency, reason, digest FROM tillit_consent_end")
    ends = frozenset((row[0], row[1], row[2]) for row in txn.fetchall())
    return Snapshot(Held(**found, highest_issued=highest_issued, enforced_at=enforced[0] if enforced else 0, ends=ends),
                    revision)  # fmt: skip


def change(txn: Any, accept: Callable[[Held], Held], raw: bytes) -> Snapshot:
    """Applies `accept` to what is held and stores the outcome; a refusal that it raises leaves all as it was."""
    lock(txn)
    before = read_all(txn)
    after = accept(before.held)
    if after == before.held:
        return before
    _write_documents(txn, before.held, after)
    if after.enforced_at != before.held.enforced_at:
        txn.execute("INSERT INTO tillit_enforced (id, since) VALUES (1, ?) ON CONFLICT (id) DO NOTHING",
                    (after.enforced_at,))  # fmt: skip
    for agency, reason, digest in after.ends - before.held.ends:
        txn.execute("INSERT INTO tillit_consent_end (agency, reason, digest, bytes) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (agency, reason, digest) DO NOTHING",
                    (agency, reason, digest, raw.decode()))  # fmt: skip
    txn.execute("UPDATE tillit_head SET revision = revision + 1, highest_issued = ? WHERE id = 1",
                (after.highest_issued,))  # fmt: skip
    return Snapshot(after, before.revision + 1)


def _write_documents(txn: Any, before: Held, after: Held) -> None:
    for name in _DOCUMENTS:
        value: bytes | None = getattr(after, name)
        if value == getattr(before, name):
            continue
        if value is None:
            txn.execute("DELETE FROM tillit_document WHERE name = ?", (name,))
        else:
            txn.execute("INSERT INTO tillit_document (name, bytes) VALUES (?, ?)"
                        " ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes",
                        (name, value.decode()))  # fmt: skip


def _database_now(txn: Any) -> str:
    if private.is_postgres(txn):
        return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
    return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


def acknowledge(txn: Any, one: Instance) -> None:
    """Writes this process's row; the database's clock says when."""
    now = _database_now(txn)
    txn.execute(
        "INSERT INTO tillit_instance (name, boot, epoch, version, applied_at, seen_at)"
        f" VALUES (?, ?, ?, ?, ?, {now}) ON CONFLICT (name) DO UPDATE SET boot = excluded.boot,"
        " epoch = excluded.epoch, version = excluded.version, applied_at = excluded.applied_at,"
        " seen_at = excluded.seen_at",
        (one.name, one.boot, one.epoch, one.version, one.applied_at),
    )
    txn.execute(f"DELETE FROM tillit_instance WHERE seen_at < {now} - ?", (FORGET_INSTANCE_MS,))


def instances(txn: Any) -> list[Instance]:
    """Every process seen within a day, by name."""
    txn.execute("SELECT name, boot, epoch, version, applied_at, seen_at FROM tillit_instance ORDER BY name")
    return [Instance(*row) for row in txn.fetchall()]


def next_sequence(txn: Any) -> int:
    """The next number of a receipt; it rises for ever, across processes and restarts."""
    txn.execute("UPDATE tillit_head SET sequence = sequence + 1 WHERE id = 1")
    txn.execute("SELECT sequence FROM tillit_head WHERE id = 1")
    return txn.fetchone()[0]


def use_nonce(txn: Any, nonce: str, now: int) -> bool:
    """Marks a nonce as used, for every process. False where it was used before."""
    txn.execute("DELETE FROM tillit_nonce WHERE until_ms < ?", (now,))
    txn.execute("INSERT INTO tillit_nonce (nonce, until_ms) VALUES (?, ?) ON CONFLICT (nonce) DO NOTHING",
                (nonce, now + NONCE_MS))  # fmt: skip
    return txn.rowcount == 1
