"""What a bundle tells of its version elsewhere: facts to read, bounded and in one shape. No database in here."""

import datetime as dt
from typing import Any, Final

MOST: Final = 200
_ALIAS, _WORD, _DIGEST = 100, 20, 64


def history_of(aliases: object, promotions: object) -> dict[str, list[Any]]:
    """Where aliases pointed there, how they moved, and which promotions were asked for, oldest first.

    What has another shape is left out: the signer vouches for the bundle, not for what this portal understands.

    >>> history_of({"now": ["production"], "moves": [{"alias": "production", "to": "x"}]}, None)
    {'aliases': ['production'], 'moves': [], 'promotions': []}
    """
    said = aliases if isinstance(aliases, dict) else {}
    return {
        "aliases": [name for name in _listed(said.get("now")) if _is_text(name, _ALIAS)][:MOST],
        "moves": [row for one in _listed(said.get("moves")) if (row := _move(one))][:MOST],
        "promotions": [row for one in _listed(promotions) if (row := _promotion(one))][:MOST],
    }


def _move(one: object) -> dict[str, Any] | None:
    if not isinstance(one, dict) or not _is_text(one.get("alias"), _ALIAS) or not _is_time(one.get("at")):
        return None
    if not all(_is_number_or_none(one.get(end)) for end in ("from", "to")):
        return None
    return {name: one.get(name) for name in ("alias", "from", "to", "at")}


def _promotion(one: object) -> dict[str, Any] | None:
    if not isinstance(one, dict) or not _is_text(one.get("alias"), _ALIAS) or not _is_time(one.get("asked_at")):
        return None
    if not _is_text(one.get("kind"), _WORD) or not _is_text(one.get("state"), _WORD):
        return None
    decided, digest, given = one.get("decided_at"), one.get("payload_digest"), one.get("approvals")
    if not (decided is None or _is_time(decided)) or not _is_text(digest, _DIGEST) or not _is_number_or_none(given):
        return None
    names = ("alias", "kind", "state", "asked_at", "decided_at", "payload_digest", "approvals")
    return {name: one.get(name) for name in names}


def _listed(said: object) -> list[Any]:
    return said[: 10 * MOST] if isinstance(said, list) else []


def _is_text(said: object, longest: int) -> bool:
    return isinstance(said, str) and 0 < len(said) <= longest and said.isprintable()


def _is_number_or_none(said: object) -> bool:
    return said is None or (type(said) is int and 0 <= said < 2**31)


def _is_time(said: object) -> bool:
    try:
        return isinstance(said, str) and len(said) <= 40 and dt.datetime.fromisoformat(said).tzinfo is not None
    except ValueError:
        return False
