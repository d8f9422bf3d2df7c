"""Of whom nothing new is taken in: people who object, whose processing is restricted, or who were erased."""

from collections.abc import Collection
from typing import Final

from .digests import comparable, digest, secret
from .models import ExcludedPerson, RestrictedPerson

_AT_ONCE: Final = 10_000


def kept_out(names: Collection[str]) -> frozenset[str]:
    """Those of ``names`` (addresses or references, as somebody writes them) that stand for such a person.

    Raises KeysUnavailable: who cannot be looked up is not taken for somebody else.
    """
    lists = (ExcludedPerson.objects.all(), RestrictedPerson.objects.filter(lifted_at=None))
    if not names or not any(people.exists() for people in lists):
        return frozenset()
    key = secret()
    # An address that is written in two ways is one person.
    digests = {name: digest(key, comparable(name)) for name in names}
    wanted = sorted(set(digests.values()))
    found: set[int] = set()
    for start in range(0, len(wanted), _AT_ONCE):
        piece = wanted[start : start + _AT_ONCE]
        for people in lists:
            found.update(people.filter(digest__in=piece).values_list("digest", flat=True))
    return frozenset(name for name, each in digests.items() if each in found)
