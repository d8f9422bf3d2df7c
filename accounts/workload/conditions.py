"""Whether the claims of a job's token fit what a rule asks for. Pure.

A pattern is the text itself; ``*`` in it stands for anything without a slash, ``**`` for anything. So "acme/*" is every
repository of acme, and "refs/heads/release-*" no branch below such a name.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_CLAIM = re.compile(r"[A-Za-z_][A-Za-z0-9_.:/-]{0,99}")
LONGEST_PATTERN, MOST_CONDITIONS = 300, 20
LONGEST_VALUE = 1000
# True of every token of an issuer: a condition on them alone would let in everybody's jobs.
SAYS_NOTHING = frozenset({"iss", "aud", "exp", "iat", "nbf", "jti"})


def problem_of(conditions: Mapping[str, str]) -> str:
    """What is wrong with ``conditions``, as a sentence; an empty text when nothing is.

    >>> problem_of({"repository": "acme/delays", "ref": "refs/heads/*"})
    ''
    >>> problem_of({"repository": "*"})[:41]
    'The pattern of repository names nothing: '
    """
    if not conditions or len(conditions) > MOST_CONDITIONS:
        return f"Name 1 to {MOST_CONDITIONS} claims, such as repository, with what each must be."
    for claim, pattern in conditions.items():
        if not isinstance(claim, str) or not _CLAIM.fullmatch(claim):
            return f"{str(claim)[:60]!r} is no name of a claim."
        if not isinstance(pattern, str) or not 1 <= len(pattern) <= LONGEST_PATTERN:
            return f"The pattern of {claim} is no text of 1 to {LONGEST_PATTERN} characters."
        if not pattern.isprintable():
            return f"The pattern of {claim} holds characters that do not print."
        if not re.search(r"[A-Za-z0-9]", pattern):
            return f"The pattern of {claim} names nothing: any value would fit it."
    if SAYS_NOTHING.issuperset(conditions):
        return "Ask for a claim that tells jobs apart, such as repository or sub."
    return ""


def fits(claims: Mapping[str, Any], conditions: Mapping[str, str]) -> bool:
    """Whether every condition is met by a claim of that name.

    >>> fits({"repository": "acme/delays", "ref": "refs/heads/main"}, {"repository": "acme/*", "ref": "refs/**"})
    True
    >>> fits({"repository": "acme/delays/fork"}, {"repository": "acme/*"}), fits({}, {"repository": "acme/*"})
    (False, False)
    """
    return all(_value_fits(claims.get(claim), pattern) for claim, pattern in conditions.items())


def source_of(claims: Mapping[str, Any], conditions: Mapping[str, str]) -> str:
    """The claims that the rule asks for, as the job had them: "ref=refs/heads/main repository=acme/delays"."""
    return " ".join(f"{claim}={_as_text(claims[claim])}" for claim in sorted(conditions))[:500]


def _value_fits(value: Any, pattern: str) -> bool:
    # Lists and objects fit nothing: what "one of them" means would be a guess.
    if not isinstance(value, str | bool | int):
        return False
    text = _as_text(value)
    return len(text) <= LONGEST_VALUE and text.isprintable() and _compiled(pattern).fullmatch(text) is not None


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@lru_cache(maxsize=1000)
def _compiled(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"(\*\*|\*)", pattern)
    wild = {"*": "[^/]*", "**": ".*"}
    return re.compile("".join(wild.get(piece) or re.escape(piece) for piece in pieces))
