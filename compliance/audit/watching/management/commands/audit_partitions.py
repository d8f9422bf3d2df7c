"""``manage.py audit_partitions list|make``: the months of the ledger."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from compliance.audit.watching.months import months, strays


class Command(BaseCommand):
    """Runs as the owner's role when MODELOPS_OWNER_DATABASE_URL is set, else as the application's."""

    help = "Show the months of the audit log, or make those to come."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["list", "make"])
        parser.add_argument("--ahead", type=int, default=3, help="months after this one (make); 3 without")

    def handle(self, *args: Any, what: str, ahead: int, **options: Any) -> None:
        if what == "make":
            self._make(ahead)
        else:
            self._list()

    def _make(self, ahead: int) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT audit_make_months(%s)", [ahead])
                made = [name for (name,) in cursor.fetchall()]
        except DatabaseError as problem:
            raise CommandError(f"No month was made: {problem}") from None
        self.stdout.write("\n".join(f"made {name}" for name in made) or "Every month is there.")

    def _list(self) -> None:
        with connection.cursor() as cursor:
            for name in months():
                quoted = connection.ops.quote_name(name)
                cursor.execute(
                    f"SELECT count(*), count(l.seq), min(l.seq), max(l.seq), pg_total_relation_size(%s::regclass)"  # noqa: S608
                    f" FROM {quoted} e LEFT JOIN audit_sealing_leaf l ON l.event_id = e.id",
                    [name],
                )
                rows, sealed, first, last, size = cursor.fetchone()
                numbers = f"numbers {first} to {last}" if sealed else "no numbers"
                self.stdout.write(f"{name}  {rows} rows, {sealed} sealed, {numbers}, {size / 2**20:.1f} MiB")
        self.stdout.write(f"in no month: {strays()}")
