"""The key ring on the command line."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from modelops.crypto.models import KeyVersion
from modelops.crypto.services import create_first_keys
from modelops.lib.errors import DomainError


class Command(BaseCommand):
    help = "Lists the keys of the ring, or makes the first ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["list", "create"])

    def handle(self, *, action: str, **options: object) -> None:
        try:
            if action == "create":
                made = create_first_keys()
                self.stdout.write(f"{len(made)} keys made." if made else "Every purpose has a key already.")
                return
        except DomainError as error:
            raise CommandError(str(error)) from None
        for key in KeyVersion.objects.order_by("purpose", "-version"):
            self.stdout.write(f"{key.purpose:14} v{key.version:<3} {key.state:13} {key.created_at:%Y-%m-%d}  {key.id}")
