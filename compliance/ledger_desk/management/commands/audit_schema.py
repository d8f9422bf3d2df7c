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
        text = _readable(schema())
        if options["out"] is None:
            self.stdout.write(text, ending="")
            return
        options["out"].write_text(text)
        self.stdout.write(f"Wrote the schema of {len(schema()['$defs'])} events to {options['out']}.")


def _readable(document: dict[str, Any]) -> str:
    """JSON with a line for each part and each event, so that a change of one is a change of a line."""

    def lines(parts: dict[str, Any], indent: str) -> str:
        told = [f"{indent}{json.dumps(name)}: {json.dumps(part, ensure_ascii=False)}" for name, part in parts.items()]
        return ",\n".join(told)

    events = document["$defs"]
    rest = {name: part for name, part in document.items() if name != "$defs"}
    return f'{{\n{lines(rest, " ")},\n "$defs": {{\n{lines(events, "  ")}\n }}\n}}\n'
