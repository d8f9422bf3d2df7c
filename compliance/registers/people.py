"""People in data, as the registers ask about them. Who is in which dataset is known above; it answers through here."""

from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

from modelops.lib.plugins import Plugins

from .models import Consent, LegalBasis, ProcessingActivity

_FILLED_AT_ONCE: Final = 2000
AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Unagreed:
    """Somebody in the data of an activity without a consent in force: by a reference that names nobody."""

    reference: str
    rows: int
    versions: tuple[str, ...]
    has_withdrawn: bool


class PeopleInData(ABC):
    """What knows who is in which dataset."""

    @abstractmethod
    def digest(self, name: str) -> int:
        """The number under which it finds a person of this name. Raises KeysUnavailable."""

    @abstractmethod
    def state(self, activity: ProcessingActivity) -> Hashable:
        """What is another when the data of the activity is another."""

    @abstractmethod
    def unagreed(self, activity: ProcessingActivity, *, after: str, most: int) -> list[Unagreed]:
        """Those in data of the activity who have no consent in force, by reference, from behind ``after`` on."""

    @abstractmethod
    def count_unagreed(self, activity: ProcessingActivity, *, most: int) -> int:
        """How many they are; it stops to count at ``most``."""


people_in_data: Plugins[PeopleInData] = Plugins("index of people", PeopleInData)


@dataclass(frozen=True, slots=True)
class UnagreedPage:
    """Some of them by reference; ``next_after`` is the one to go on after, "" at the end."""

    people: list[Unagreed]
    next_after: str


def unagreed_page(activity: ProcessingActivity, *, after: str = "") -> UnagreedPage:
    """Those without a consent from behind ``after`` on, a reference; what is none begins the list.

    Nobody has to agree to an activity on another basis.
    """
    if activity.basis != LegalBasis.CONSENT:
        return UnagreedPage([], "")
    found = people_in_data.get("datasets")().unagreed(activity, after=after[:16], most=AT_ONCE + 1)
    shown = found[:AT_ONCE]
    return UnagreedPage(shown, shown[-1].reference if len(found) > AT_ONCE else "")


def digest_of(name: str) -> int:
    """The number by which a consent is compared with people in data."""
    return people_in_data.get("datasets")().digest(name)


def fill_digests() -> int:
    """Give consents their number that were recorded before they had one; returns to how many."""
    rows = list(Consent.objects.filter(subject_digest=None)[:_FILLED_AT_ONCE])
    for row in rows:
        Consent.objects.filter(pk=row.pk).update(subject_digest=digest_of(row.subject))
    return len(rows)
