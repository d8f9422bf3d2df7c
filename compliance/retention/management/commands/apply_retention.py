"""Retention on the command line."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from compliance.audit import Actor
from compliance.retention.services import apply_retention


class Command(BaseCommand):
    help = "Shows what each data class would remove now; removes it with --execute."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--execute", action="store_true", help="remove it; without this nothing changes")

    def handle(self, *, execute: bool, **options: object) -> None:
        results = apply_retention(actor=Actor.system("retention"), execute=execute)
        width = max(len(result.key) for result in results)
        for result in results:
            done = f"{result.removed} removed" if execute else f"{result.due} due"
            self.stdout.write(f"{result.key:<{width}}  {done:>12}  {result.rule}")
        if not execute:
            self.stdout.write("Nothing was removed: this was a dry run. Add --execute to remove what is due.")
