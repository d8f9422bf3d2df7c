"""A case for each kind of job: how it is asked for on real objects, and what each leaves exactly one of."""

from collections import Counter

from compliance.audit.models import AuditEvent

from . import datasets, files, ledger, people
from .files import scans
from .world import Asked, World

__all__ = ["CASES", "Asked", "World", "scans", "told"]

CASES = {**datasets.CASES, **files.CASES, **people.CASES, **ledger.CASES}


def told(kind: str, asked: list[Asked]) -> Counter[str]:
    """How many ledger rows of the end there are about each subject of the jobs."""
    rows = AuditEvent.objects.filter(name=CASES[kind].event)
    subjects_ = {subject for _, subject in asked}
    if None not in subjects_:
        rows = rows.filter(target_id__in=subjects_)
    return Counter(rows.values_list("target_id", flat=True))
