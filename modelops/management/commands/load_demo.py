"""Loads the demo through the portal's own REST interface, as a pipeline would."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from modelops.demo import Demo, DemoFailed, demo_accounts, is_complete


class Command(BaseCommand):
    help = "Loads flights of January and July 2013 and a model trained on January. Safe to repeat and to interrupt."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default=settings.MODELOPS_BASE_URL, help="address of the running portal")
        parser.add_argument("--patience", type=int, default=180, help="seconds to wait for the portal's workers")

    def handle(self, *, url: str, patience: int, **options: object) -> None:
        try:
            for line in demo_accounts(settings.MODELOPS_BASE_URL):
                self.stdout.write(line)
            if is_complete():
                self.stdout.write("Demo: complete, nothing to load.")
                return
            with Demo(url, patience_s=patience) as demo:
                for line in demo.load():
                    self.stdout.write(line)
        except DemoFailed as error:
            raise CommandError(str(error)) from None
