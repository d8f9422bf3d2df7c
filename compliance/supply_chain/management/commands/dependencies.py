"""``manage.py dependencies``: the bill of materials, advisories from a file, and reports of CI."""

import json
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from compliance.audit import Actor
from compliance.supply_chain.bill import bill_of
from compliance.supply_chain.lock import locked
from compliance.supply_chain.models import VulnerablePackage
from compliance.supply_chain.services import import_advisories, import_scan
from modelops.lib.errors import DomainError


class Command(BaseCommand):
    help = "Give out the bill of materials, import advisories (OSV; ends with 1 when one applies) or a report of CI."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        bill = parts.add_parser("sbom", help="CycloneDX 1.6 of the lock")
        bill.add_argument("--out", type=Path, help="a file; without it the bill is printed")
        take = parts.add_parser("import", help="advisories of the OSV format: JSON, lines or a ZIP")
        take.add_argument("file", type=Path)
        scan = parts.add_parser("scan", help="what pip-audit --format json has written in CI")
        scan.add_argument("file", type=Path)
        scan.add_argument("--at", help="when it ran, with its zone (2026-03-01T04:00Z); without it now")

    def handle(self, *args: Any, part: str, **options: Any) -> None:
        try:
            {"sbom": self._sbom, "import": self._import, "scan": self._scan}[part](options)
        except DomainError as error:
            raise CommandError(f"{error} ({error.code})") from None
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from None

    def _sbom(self, options: dict[str, Any]) -> None:
        text = json.dumps(bill_of(locked()), indent=1) + "\n"
        if options["out"] is None:
            self.stdout.write(text, ending="")
        else:
            options["out"].parent.mkdir(parents=True, exist_ok=True)
            options["out"].write_text(text, encoding="utf-8")
            self.stdout.write(f"{options['out']}: {text.count('bom-ref') - 1} packages")

    def _import(self, options: dict[str, Any]) -> None:
        row = import_advisories(options["file"].read_bytes(), actor=Actor.system("operator-shell"))
        self.stdout.write(f"{row.count} advisories, the newest of {row.told_at:%Y-%m-%d %H:%M} UTC")
        open_rows = list(VulnerablePackage.objects.filter(closed_at=None))
        for one in open_rows:
            self.stdout.write(f"{one}, {one.severity}; fixed in {one.fixed_in or 'no known version'}")
        if open_rows:
            sys.exit(1)

    def _scan(self, options: dict[str, Any]) -> None:
        try:
            ran_at = datetime.fromisoformat(options["at"]) if options["at"] else timezone.now()
        except ValueError:
            raise CommandError(f"{options['at']!r} is no time; use 2026-03-01T04:00Z.") from None
        ran_at = ran_at if ran_at.tzinfo else ran_at.replace(tzinfo=UTC)
        row = import_scan(options["file"].read_bytes(), ran_at, actor=Actor.system("operator-shell"))
        self.stdout.write(f"A scan of {row.count} packages, run {row.told_at:%Y-%m-%d %H:%M} UTC")
