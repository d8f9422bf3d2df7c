"""``manage.py replay_erasures``: after a restore, erase again everybody whom the ledger outside the database names."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from compliance.audit import Actor, record
from compliance.subjects.erasure import replaying
from compliance.subjects.erasure.audit_events import REPLAYED
from modelops.lib.errors import DomainError

OPERATOR = Actor.system("operator-shell")


class Command(BaseCommand):
    help = (
        "Erase again everybody whom the ledger of erasures names; run it after every restore, before anybody signs in."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            outcome = replaying.replay(actor=OPERATOR)
        except DomainError as error:
            raise CommandError(str(error)) from None
        with transaction.atomic():
            said = {"erasures": outcome.erasures, "rows": outcome.rows, "found": len(outcome.found)}
            record(REPLAYED, None, actor=OPERATOR, **said)
        for each in outcome.found:
            self.stdout.write(f"still found: {each}")
        self.stdout.write(f"{outcome.erasures} erasures done again, {outcome.rows} rows erased.")
        if outcome.found:
            raise CommandError("Somebody who was erased is still found. Erase them before the portal is opened.")
