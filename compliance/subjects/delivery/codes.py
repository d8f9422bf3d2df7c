"""Codes that people type: long enough to lock a file, without letters that look alike."""

import secrets
from typing import Final

_LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_GROUPS, _GROUP = 4, 5


def new_code() -> str:
    """Twenty letters and digits in four groups: about 99 bits.

    >>> len(new_code()), new_code() == new_code()
    (23, False)
    """
    return _grouped("".join(secrets.choice(_LETTERS) for _ in range(_GROUPS * _GROUP)))


def read_code(typed: str) -> str:
    """What was typed, as ``new_code`` writes it.

    >>> read_code(" abcde fghjk-mnpqr stuvw ")
    'ABCDE-FGHJK-MNPQR-STUVW'
    """
    return _grouped("".join(each for each in typed.upper() if each.isalnum())[:100])


def _grouped(letters: str) -> str:
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))
