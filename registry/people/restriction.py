"""Whose data is stored and used for nothing: no training on it, and no promotion of what was trained on it."""

from collections.abc import Iterable

from django.utils import timezone

from accounts.mailing import absolute
from accounts.notices import notify
from compliance.subjects.providers import Subject
from modelops.lib.errors import Conflict
from registry.models import Dataset, DatasetVersion, ModelVersion

from .digests import digests_of, names_of
from .finding import entries
from .models import IndexedVersion, PersonRows, RestrictedPerson


def restrict(subject: Subject, *, reference: str) -> int:
    """Restrict the person under ``reference``; returns how many dataset versions hold rows of them."""
    now = timezone.now()
    rows = [RestrictedPerson(digest=each, reference=reference, since=now) for each in digests_of(names_of(subject))]
    RestrictedPerson.objects.bulk_create(rows, ignore_conflicts=True)
    return entries(subject).count()


def lift(reference: str) -> None:
    """End the restriction of a request."""
    RestrictedPerson.objects.filter(reference=reference, lifted_at=None).update(lifted_at=timezone.now())


def stands(reference: str) -> bool:
    """Whether a restriction of the request stands."""
    return RestrictedPerson.objects.filter(reference=reference, lifted_at=None).exists()


def people_behind(version: ModelVersion) -> int:
    """How many restricted people are in the data that a version was trained on."""
    now = RestrictedPerson.objects.filter(lifted_at=None).values("digest")
    held = PersonRows.objects.filter(source__version__in=version.datasets.order_by().values("pk"), digest__in=now)
    return held.values("digest").distinct().count()


def require_unrestricted(versions: Iterable[DatasetVersion]) -> None:
    """Refuse lineage to data that holds a restricted person. Raises Conflict that names the version."""
    now = RestrictedPerson.objects.filter(lifted_at=None)
    if not now.exists():
        return
    held = PersonRows.objects.filter(digest__in=now.values("digest"))
    indexes = IndexedVersion.objects.filter(version__in=list(versions), pk__in=held.values("source"))
    first = indexes.select_related("version__dataset").first()
    if first is not None:
        raise Conflict(
            f"{first.version} holds rows of people who had the processing restricted or object to it. Train on a "
            "version without them.",
            code="dataset.holds_restricted",
            field="datasets",
        )


def tell_owners(subject: Subject, reference: str) -> int:
    """Mail the owner of each dataset with rows of the person; the mail names dataset and request, never the person."""
    named = entries(subject).order_by().values("source__version__dataset")
    told = 0
    for dataset in Dataset.objects.filter(pk__in=named, deleted_at=None).select_related("owner").order_by("name"):
        facts = {"dataset": dataset.name, "reference": reference, "page": absolute(dataset.get_absolute_url())}
        if dataset.owner is not None and notify(dataset.owner, "rows_to_correct", **facts):
            told += 1
    return told
