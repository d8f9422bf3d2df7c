"""Who is in data of an activity that stands on consent, and has not agreed to it."""

from collections import defaultdict
from collections.abc import Hashable
from typing import Any, Final

from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Sum

from compliance.registers.models import Consent, ProcessingActivity
from compliance.registers.people import PeopleInData, Unagreed, people_in_data
from registry.models import DatasetVersion

from .digests import comparable, digests_of
from .models import IndexedVersion, IndexState, PersonRows

_VERSIONS_NAMED: Final = 5
# References are numbers of 64 bits with a sign: shown without it, in an order that a page goes on from.
_OFFSET: Final = 1 << 63


@people_in_data.register("datasets")
class PeopleInDatasets(PeopleInData):
    """By the index of the column that names people."""

    def digest(self, name: str) -> int:
        return digests_of([comparable(name)])[0]

    def state(self, activity: ProcessingActivity) -> Hashable:
        known = IndexedVersion.objects.filter(state=IndexState.READY, version__dataset__name__in=activity.datasets)
        found = known.aggregate(many=Count("pk"), last=Max("indexed_at"))
        return found["many"], found["last"]

    def unagreed(self, activity: ProcessingActivity, *, after: str, most: int) -> list[Unagreed]:
        sources = _sources(activity)
        people = _without(activity, [*sources])
        if after:
            people = people.filter(digest__gt=_number(after))
        found = list(
            people.values("digest").annotate(total=Sum("rows"), many=Count("source")).order_by("digest")[:most]
        )
        digests = [one["digest"] for one in found]
        where: dict[int, list[str]] = defaultdict(list)
        held = PersonRows.objects.filter(digest__in=digests, source__in=[*sources]).order_by("digest", "source")
        for digest, source in held.values_list("digest", "source"):
            where[digest].append(sources[source])
        withdrawn = set(
            Consent.objects.filter(activity=activity, subject_digest__in=digests).values_list(
                "subject_digest", flat=True
            )
        )
        return [
            Unagreed(_reference(digest), one["total"], _few(where[digest]), digest in withdrawn)
            for one, digest in zip(found, digests, strict=True)
        ]

    def count_unagreed(self, activity: ProcessingActivity, *, most: int) -> int:
        return _without(activity, [*_sources(activity)]).values("digest").distinct()[:most].count()


def withdrawn_in(version: DatasetVersion) -> int:
    """How many people took back their consent to an activity of the dataset and are in this version all the same."""
    index = IndexedVersion.objects.filter(version=version, state=IndexState.READY).first()
    if index is None:
        return 0
    gone: set[int] = set()
    for activity in ProcessingActivity.objects.filter(
        basis="consent", ended_at=None, datasets__contains=[version.dataset.name]
    ):
        ended = Consent.objects.filter(activity=activity, subject_digest=OuterRef("digest")).exclude(withdrawn_at=None)
        gone.update(_without(activity, [index.pk]).filter(Exists(ended)).values_list("digest", flat=True))
    return len(gone)


def _sources(activity: ProcessingActivity) -> dict[int, str]:
    """The versions with an index that the activity uses, by the key of the index."""
    known = IndexedVersion.objects.filter(state=IndexState.READY, version__dataset__name__in=activity.datasets)
    return {index.pk: str(index.version) for index in known.select_related("version__dataset").order_by("pk")}


def _without(activity: ProcessingActivity, sources: list[int]) -> "QuerySet[PersonRows, Any]":
    agreed = Consent.objects.filter(activity=activity, withdrawn_at=None, subject_digest=OuterRef("digest"))
    return PersonRows.objects.filter(~Exists(agreed), source__in=sources)


def _reference(digest: int) -> str:
    return f"{digest + _OFFSET:016x}"


def _number(reference: str) -> int:
    """The number behind a reference; for what is none, one that begins the list anew."""
    try:
        return min(max(int(reference, 16), 0) - _OFFSET, _OFFSET - 1)
    except ValueError:
        return -_OFFSET


def _few(names: list[str]) -> tuple[str, ...]:
    more = [f"{len(names) - _VERSIONS_NAMED} more"] if len(names) > _VERSIONS_NAMED else []
    return tuple(names[:_VERSIONS_NAMED] + more)
