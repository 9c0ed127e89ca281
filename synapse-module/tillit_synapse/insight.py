"""What this homeserver shares with others, and whether it reaches them: counts, never names of rooms or people.

Everything is read from the homeserver's own tables, as every release since schema 72 has them; their columns are
named here alone.
"""

from __future__ import annotations

from typing import Any

from . import private
from .laws.form import Document

# More servers than a list may hold are not told apart; the answer says that it was cut.
MOST_SERVERS = 2_000
_JOINED = "type = 'm.room.member' AND membership = 'join'"


def _domain(txn: Any) -> str:
    at = "position(':' in state_key)" if private.is_postgres(txn) else "instr(state_key, ':')"
    return f"substr(state_key, {at} + 1)"


def _shared(txn: Any) -> str:
    """Everyone joined to a room that somebody of ours has joined too: room, person, server. Takes the own name."""
    return (
        f"SELECT room_id, state_key, {_domain(txn)} AS domain FROM current_state_events WHERE {_JOINED}"
        f" AND room_id IN (SELECT room_id FROM current_state_events WHERE {_JOINED} AND {_domain(txn)} = ?)"
    )


def shares(txn: Any, own: str) -> Document:
    """With whom this server shares rooms or traffic today: per server rooms, people of both sides, the last words."""
    txn.execute(
        "SELECT theirs.domain, count(DISTINCT theirs.room_id), count(DISTINCT theirs.state_key),"
        f" count(DISTINCT ours.state_key) FROM ({_shared(txn)}) AS theirs JOIN ({_shared(txn)}) AS ours"
        " ON ours.room_id = theirs.room_id AND ours.domain = ? WHERE theirs.domain <> ?"
        " GROUP BY theirs.domain ORDER BY 2 DESC, 1 LIMIT ?",
        (own, own, own, own, MOST_SERVERS + 1),
    )
    found: dict[str, Document] = {
        name: {"rooms": rooms, "theirs": theirs, "ours": ours} for name, rooms, theirs, ours in txn.fetchall()
    }
    # Kept for about a day by Synapse itself: what came in lately, whatever the rooms say.
    txn.execute("SELECT origin, max(ts), count(*) FROM received_transactions GROUP BY origin ORDER BY 2 DESC LIMIT ?",
                (MOST_SERVERS,))  # fmt: skip
    for name, at, count in txn.fetchall():
        _of(found, name).update(received_at=at or 0, received=count)
    txn.execute("SELECT destination, coalesce(retry_last_ts, 0), coalesce(retry_interval, 0), coalesce(failure_ts, 0)"
                " FROM destinations ORDER BY coalesce(last_successful_stream_ordering, 0) DESC LIMIT ?",
                (MOST_SERVERS,))  # fmt: skip
    for name, tried, wait, failed in txn.fetchall():
        _of(found, name).update(failing_since=failed, tried_at=tried, waits_ms=wait)
    names = sorted(name for name in found if name != own)
    return {"servers": {name: found[name] for name in names[:MOST_SERVERS]}, "cut": len(names) > MOST_SERVERS}


def _of(found: dict[str, Document], name: str) -> Document:
    return found.setdefault(name, {"rooms": 0, "theirs": 0, "ours": 0})


def exposure(txn: Any, own: str, server: str) -> Document:
    """The rooms shared with that server: how many, whose people are in them, and which third servers sit there too."""
    txn.execute(f"SELECT domain, count(DISTINCT room_id), count(DISTINCT state_key) FROM ({_shared(txn)}) AS everyone"
                f" WHERE room_id IN (SELECT room_id FROM ({_shared(txn)}) AS them WHERE domain = ?)"
                " GROUP BY domain ORDER BY 2 DESC, 1 LIMIT ?",
                (own, own, server, MOST_SERVERS + 2))  # fmt: skip
    found = {name: {"rooms": rooms, "people": people} for name, rooms, people in txn.fetchall()}
    ours, theirs = found.pop(own, None), found.pop(server, None)
    return {
        "rooms": theirs["rooms"] if theirs else 0,
        "ours": ours["people"] if ours else 0,
        "theirs": theirs["people"] if theirs else 0,
        "third": found,
    }
