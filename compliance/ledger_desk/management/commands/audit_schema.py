"""``manage.py audit_schema``: the JSON schema of the ledger's rows."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from compliance.audit.vocabulary.schema import schema


class Command(BaseCommand):
    help = "Print the JSON schema of audit rows, made from the events that the apps declare, or write it to a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, help="a file to write instead; it is replaced")

    def handle(self, *args: Any, **options: Any) -> None:
        text = json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
        if options["out"] is None:
            self.stdout.write(text, ending="")
            return
        options["out"].write_text(text)
        self.stdout.write(f"Wrote the schema of {len(schema()['$defs'])} events to {options['out']}.")
