"""Taking files in, and comparing what is in use with what is known of it."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Invalid

from .audit_events import FILE_IMPORTED, PACKAGE_FIXED, PACKAGE_VULNERABLE
from .lock import in_use
from .models import Advisory, Imported, ImportedFile, VulnerablePackage
from .osv import MOST_BYTES, fixed_in, read_advisories
from .scans import read_scan

_AT_ONCE: Final = 1_000
# A clock elsewhere may be a little ahead.
_AHEAD: Final = timedelta(minutes=10)


@transaction.atomic
def import_advisories(content: bytes, *, actor: Actor) -> ImportedFile:
    """Keep the advisories of a file, all or none, and compare. Raises Invalid."""
    _require_size(content)
    told = list(read_advisories(content))
    if not told:
        raise Invalid("The file has no advisory about a package of PyPI.", code="advisories.none", field="file")
    for start in range(0, len(told), _AT_ONCE):
        part = told[start : start + _AT_ONCE]
        Advisory.objects.bulk_create(
            {
                one.osv_id: Advisory(
                    osv_id=one.osv_id, names=one.names, aliases=one.aliases, summary=one.summary,
                    severity=one.severity, modified_at=one.modified_at, affected=one.affected,
                )
                for one in part
                if not one.is_withdrawn
            }.values(),
            update_conflicts=True, unique_fields=["osv_id"],
            update_fields=["names", "aliases", "summary", "severity", "modified_at", "affected"],
        )  # fmt: skip
        Advisory.objects.filter(osv_id__in=[one.osv_id for one in part if one.is_withdrawn]).delete()
    opened, closed = compare(actor=actor)
    newest = max(one.modified_at for one in told)
    return _keep(Imported.ADVISORIES, content, newest, len(told), opened, closed, actor)


@transaction.atomic
def import_scan(content: bytes, ran_at: datetime, *, actor: Actor) -> ImportedFile:
    """Keep that CI ran a scan, and when. Raises Invalid."""
    _require_size(content)
    if ran_at > timezone.now() + _AHEAD:
        raise Invalid(f"{ran_at:%Y-%m-%d %H:%M} is still to come.", code="scan.in_future", field="ran_at")
    scan = read_scan(content)
    return _keep(Imported.SCAN, content, ran_at, scan.packages, scan.vulnerable, 0, actor)


@transaction.atomic
def compare(*, actor: Actor) -> tuple[int, int]:
    """Open what is vulnerable and in use, close what is no more; how many of each. Safe to run twice."""
    packages = {one.name: one.version for one in in_use()}
    now = timezone.now()
    found: dict[tuple[str, str, str], tuple[Advisory, str]] = {}
    for advisory in Advisory.objects.filter(names__overlap=list(packages)).iterator(chunk_size=500):
        for name in set(advisory.names) & packages.keys():
            fix = fixed_in(advisory.affected, name, packages[name])
            if fix is not None:
                found[advisory.osv_id, name, packages[name]] = (advisory, fix)
    open_rows = {
        (one.osv_id, one.package, one.version): one
        for one in VulnerablePackage.objects.select_for_update().filter(closed_at=None)
    }
    for key in found.keys() - open_rows.keys():
        advisory, fix = found[key]
        row = VulnerablePackage.objects.create(
            osv_id=key[0], package=key[1], version=key[2], severity=advisory.severity, summary=advisory.summary,
            fixed_in=fix, found_at=now,
        )  # fmt: skip
        record(
            PACKAGE_VULNERABLE, row, actor=actor, package=row.package, version=row.version, osv_id=row.osv_id,
            severity=row.severity,
        )  # fmt: skip
    gone = open_rows.keys() - found.keys()
    for key in gone:
        row = open_rows[key]
        row.closed_at = now
        row.save(update_fields=["closed_at"])
        hours = int((now - row.found_at) / timedelta(hours=1))
        record(
            PACKAGE_FIXED, row, actor=actor, package=row.package, version=row.version, osv_id=row.osv_id, hours=hours
        )
    return len(found.keys() - open_rows.keys()), len(gone)


def _require_size(content: bytes) -> None:
    if not 0 < len(content) <= MOST_BYTES:
        raise Invalid(f"The file has 1 byte to {MOST_BYTES >> 20} MB.", code="import.bad_size", field="file")


def _keep(
    kind: Imported, content: bytes, told_at: datetime, count: int, opened: int, closed: int, actor: Actor
) -> ImportedFile:
    row = ImportedFile.objects.create(
        kind=kind, sha256=hashlib.sha256(content).hexdigest(), told_at=told_at, count=count
    )
    record(
        FILE_IMPORTED, row, actor=actor, kind=kind.value, count=count, told_at=told_at.isoformat(), sha256=row.sha256,
        opened=opened, closed=closed,
    )  # fmt: skip
    return row
