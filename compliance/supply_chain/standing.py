"""What the page and the figures show."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from .lock import Package, in_use
from .models import Imported, ImportedFile, VulnerablePackage
from .posture import RED_AFTER


@dataclass(frozen=True, slots=True)
class Line:
    """A package in use and what is open about it."""

    package: Package
    findings: list[VulnerablePackage]


def lines() -> list[Line]:
    """Packages in use, those with something open first."""
    open_rows: dict[str, list[VulnerablePackage]] = {}
    for row in VulnerablePackage.objects.filter(closed_at=None):
        open_rows.setdefault(row.package, []).append(row)
    return sorted(
        (Line(one, open_rows.get(one.name, [])) for one in in_use()), key=lambda it: (not it.findings, it.package.name)
    )


def newest(kind: Imported) -> ImportedFile | None:
    """The newest of what files told."""
    return ImportedFile.objects.filter(kind=kind).order_by("-told_at").first()


@dataclass(frozen=True, slots=True)
class Response:
    """How critical findings were answered: those within 24 hours of all, and the age of the oldest open one."""

    in_time: int
    total: int
    oldest: timedelta | None

    @property
    def is_late(self) -> bool:
        """Whether one waits for longer than a day."""
        return self.oldest is not None and self.oldest >= RED_AFTER


def response(now: datetime) -> Response:
    """Computed from the rows; an open one counts as late once a day has passed."""
    rows = VulnerablePackage.objects.filter(severity="critical").values_list("found_at", "closed_at")
    ages = [((closed or now) - found, closed is None) for found, closed in rows]
    done = [age for age, is_open in ages if not is_open or age >= RED_AFTER]
    return Response(
        sum(age < RED_AFTER for age in done), len(done), max((age for age, is_open in ages if is_open), default=None)
    )


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
