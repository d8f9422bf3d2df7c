"""Sieves: which of many words may be among a few that are sought, told by some of their bits alone."""

import numpy as np
from numpy.typing import NDArray

from modelops.lib.compiled import compiled

from .kinds import Mask, Words

OTHER_BITS = np.uint64(10)  # of a half, from which on a second sieve looks at it
_SPARSE, _MOST_BITS = 16, 22  # of a sieve: places for each word that is sought, as far as the cache reaches


def sieve_of(wanted: Words) -> Mask:
    """By their last bits, which words may be among the ``wanted``."""
    bits = min((_SPARSE * len(wanted)).bit_length(), _MOST_BITS)
    sieve: Mask = np.zeros(1 << bits, dtype=bool)
    sieve[wanted & np.uint64(len(sieve) - 1)] = True
    return sieve


def _let_through_in_numpy(words: Words, sieve: Mask) -> NDArray[np.intp]:
    return np.flatnonzero(sieve[words & np.uint64(len(sieve) - 1)])


@compiled(_let_through_in_numpy)
def let_through(words: Words, sieve: Mask) -> NDArray[np.intp]:
    """The places of the words whose last bits are those of one that is wanted."""
    mask = np.uint64(len(sieve) - 1)
    found = np.empty(len(words) + 1, dtype=np.intp)
    at = 0
    for row in range(len(words)):  # written always, and kept where it is wanted: no branch to be guessed
        found[at] = row
        at += sieve[words[row] & mask]
    return found[:at].copy()


def _let_through_both_in_numpy(words: Words, last: Mask, other: Mask) -> NDArray[np.intp]:
    near = _let_through_in_numpy(words, last)
    halves = words[near].astype(np.uint32).astype(np.uint64)
    return near[_let_through_in_numpy(halves >> OTHER_BITS, other)]


@compiled(_let_through_both_in_numpy)
def let_through_both(words: Words, last: Mask, other: Mask) -> NDArray[np.intp]:
    """The same for the last half of each word: by its last bits, and of those by its other bits as well."""
    of_last, of_other = np.uint64(len(last) - 1), np.uint64(len(other) - 1)
    found = np.empty(len(words) + 1, dtype=np.intp)
    at = 0
    for row in range(len(words)):
        found[at] = row
        at += last[words[row] & of_last]
    left = 0
    for place in range(at):
        row = found[place]
        found[left] = row
        left += other[(np.uint64(np.uint32(words[row])) >> OTHER_BITS) & of_other]
    return found[:left].copy()
