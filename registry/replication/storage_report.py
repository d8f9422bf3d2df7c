"""What storage is used for: orphans, duplicates, bytes of each model, and what retention will purge on which date."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Sum
from django.db.models.functions import Coalesce

from registry.locations.models import Reconciliation
from registry.models import (
    Artifact,
    Dataset,
    DatasetVersion,
    ModelVersion,
    ModelVersionFile,
    RegisteredModel,
)
from registry.seeing import Kind, open_to

from .figures import last_finished

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Duplicate:
    """One content that is stored several times."""

    sha256: str
    files: int
    size: int
    used_by: list[str]

    @property
    def spare_bytes(self) -> int:
        """What one copy of it alone would save."""
        return (self.files - 1) * self.size


@dataclass(frozen=True, slots=True)
class Purge:
    """What will be removed on a date unless somebody restores it or something still needs it."""

    date: dt.date
    kind: str
    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class StorageReport:
    """The parts of the report; each list is capped and sorted by what matters most."""

    comparisons: list[Reconciliation]
    duplicates: list[Duplicate]
    duplicate_groups: int
    spare_bytes: int
    models: list[tuple[str, int, int]]
    purges: list[Purge]


def storage_report(user: Any) -> StorageReport:
    """Looked up now, for ``user``: figures count everything, names of what is restricted stay out.

    The orphans are those of each location's last comparison.
    """
    groups, spare = _duplicate_figures()
    return StorageReport(
        list(last_finished().select_related("location")),
        _duplicates(user),
        groups,
        spare,
        _bytes_of_models(user),
        _purges(),
    )


_SIZE = Coalesce(F("artifact__stored_size"), F("artifact__size"))


def _repeated() -> Any:
    # A file without a byte is no waste, however often it is there.
    rows = Artifact.objects.filter(size__gt=0).order_by().values("sha256", "size")
    return rows.annotate(files=Count("pk")).filter(files__gt=1)


def _duplicate_figures() -> tuple[int, int]:
    found = _repeated().aggregate(groups=Count("sha256"), spare=Sum((F("files") - 1) * F("size")))
    return int(found["groups"] or 0), int(found["spare"] or 0)


def _duplicates(user: Any) -> list[Duplicate]:
    rows = list(_repeated().order_by(((F("files") - 1) * F("size")).desc(), "sha256")[:MOST_SHOWN])
    digests = [row["sha256"] for row in rows]
    used: dict[str, list[str]] = defaultdict(list)
    for kind in (ModelVersion, DatasetVersion):
        prefix: Kind = "model" if kind is ModelVersion else "dataset"
        known = kind._base_manager.filter(open_to(user, prefix, prefix), artifact__sha256__in=digests)
        found = known.order_by(f"{prefix}__name", "number")
        for digest, name, number in found.values_list("artifact__sha256", f"{prefix}__name", "number")[:1000]:
            used[digest].append(f"{name} v{number}")
    parts = ModelVersionFile.objects.filter(
        open_to(user, "model", "version__model"), artifact__sha256__in=digests
    ).order_by("version__model__name", "path")
    for digest, name, number, path in parts.values_list(
        "artifact__sha256", "version__model__name", "version__number", "path"
    )[:1000]:
        used[digest].append(f"{name} v{number}: {path}")
    return [Duplicate(row["sha256"], row["files"], row["size"], used[row["sha256"]][:10]) for row in rows]


def _bytes_of_models(user: Any) -> list[tuple[str, int, int]]:
    """Name, versions, bytes as stored, the largest first; deleted versions count until they are purged."""
    sizes: Counter[str] = Counter()
    versions: Counter[str] = Counter()
    rows = ModelVersion._base_manager.order_by().values("model__name")
    for name, count, size in rows.annotate(count=Count("pk"), size=Sum(_SIZE)).values_list(
        "model__name", "count", "size"
    ):
        versions[name] += count
        sizes[name] += int(size or 0)
    files = ModelVersionFile.objects.order_by().values("version__model__name").annotate(size=Sum(_SIZE))
    for name, size in files.values_list("version__model__name", "size"):
        sizes[name] += int(size or 0)
    largest = sizes.most_common(MOST_SHOWN)
    names = [name for name, _ in largest]
    seen = RegisteredModel._base_manager.filter(open_to(user, "model"), name__in=names)
    known = set(seen.values_list("name", flat=True))
    return [(name if name in known else "", versions[name], size) for name, size in largest]


def _purges() -> list[Purge]:
    """By date and kind. What is deleted with its model or dataset stands under that."""
    found: dict[tuple[dt.date, str], list[int]] = defaultdict(lambda: [0, 0])
    for kind, noun in ((ModelVersion, "version"), (DatasetVersion, "dataset version")):
        rows = kind._base_manager.filter(deleted_at__isnull=False).values_list("purge_after__date", _SIZE)
        for date, size in rows:
            entry = found[date, noun]
            entry[0] += 1
            entry[1] += int(size)
    for kind, noun, path in ((RegisteredModel, "model", "model"), (Dataset, "dataset", "dataset")):
        below: Any = ModelVersion if kind is RegisteredModel else DatasetVersion
        for key, date in kind._base_manager.filter(deleted_at__isnull=False).values_list("pk", "purge_after__date"):
            size = below._base_manager.filter(**{path: key}).aggregate(size=Sum(_SIZE))["size"]
            entry = found[date, noun]
            entry[0] += 1
            entry[1] += int(size or 0)
    return [Purge(date, noun, rows, size) for (date, noun), (rows, size) in sorted(found.items())][:MOST_SHOWN]
