"""Which alerts are told together."""

import re

_NUMBER = re.compile(r"[0-9A-Fa-f]*[0-9][0-9A-Fa-f-]*")
_DIGITS = re.compile(r"\d+")
_LONG = 8


def group_of(key: str) -> str:
    """The first two parts of a key, with numbers and ids taken out: what differs only in those is told together.

    >>> group_of("denials:user:0198c000"), group_of("storm-17"), group_of("drift:flights v2")
    ('denials:user', 'storm-#', 'drift:flights v#')
    """
    parts = ":".join(key.split(":")[:2])
    without_ids = _NUMBER.sub(lambda found: "#" if len(found[0]) >= _LONG else found[0], parts)
    return _DIGITS.sub("#", without_ids)[:250]
