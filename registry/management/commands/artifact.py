"""Sealed files on the command line."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseFault

from compliance.audit import Actor
from modelops.lib.errors import DomainError, Unavailable
from registry.artifacts.sealed_files import inspect, open_into, open_to_stream

SOUND, REFUSED, UNKNOWN = 0, 1, 2
_EXITS = """exit codes:
  0  the file is sound and its digest is the registered one
  1  refused: damaged, changed, put in another's place, not from this portal, or no sealed file
  2  cannot be told: the file cannot be read or written, or the keys or the database are not there"""


class Command(BaseCommand):
    help = "Sealed files: what their header says, and their plaintext once all of it is proven."
    # A header can be read on any machine, whatever its settings lack.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        chosen = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        inspecting = chosen.add_parser("inspect", help="print the header; needs no key and no database")
        inspecting.add_argument("file", type=Path, metavar="FILE")
        inspecting.add_argument("--json", action="store_true", help="print JSON")
        opening = chosen.add_parser("open", help="write the plaintext of a sound file, and nothing otherwise")
        opening.description = f"Write the plaintext of a sound file, and nothing otherwise.\n\n{_EXITS}"
        opening.add_argument("file", metavar="FILE", help="- reads lines FILE<TAB>OUT and prints an exit code for each")
        opening.add_argument("out", nargs="?", metavar="OUT", help="- writes to the output")

    def handle(self, *, action: str, file: Any, out: str | None = None, **options: Any) -> None:
        if action == "inspect":
            self._inspect(file, as_json=options["json"])
        elif file == "-" and out is None:
            self._open_many(sys.stdin)
        elif out is None:
            raise CommandError("Name the file to write, or - for the output.", returncode=UNKNOWN)
        else:
            code, message = _open(Path(file), out)
            if code:
                raise CommandError(message, returncode=code)
            self.stderr.write(message)

    def _inspect(self, file: Path, *, as_json: bool) -> None:
        try:
            found = inspect(file)
        except DomainError as error:
            raise CommandError(f"{error} ({error.code})", returncode=_code_of(error)) from None
        if as_json:
            self.stdout.write(json.dumps(found, indent=2))
            return
        for name, value in found.items():
            self.stdout.write(f"{name:<14} {value}")

    def _open_many(self, lines: Iterable[str]) -> None:
        """One code for each line, in order and at once; the command itself ends with 0, for it has answered."""
        for line in lines:
            file, tab, out = line.rstrip("\r\n").partition("\t")
            if not file and not tab:
                continue
            if not tab or not file or out in {"", "-"}:
                code, message = UNKNOWN, f"{line.strip()[:200]!r} is no line FILE<TAB>OUT."
            else:
                code, message = _open(Path(file), out)
            if code:
                self.stderr.write(message)
            self.stdout.write(str(code))
            self.stdout.flush()


def _open(file: Path, out: str) -> tuple[int, str]:
    actor = Actor.system("command line")
    try:
        if out == "-":
            artifact = open_to_stream(file, sys.stdout.buffer, actor=actor)
        else:
            artifact = open_into(file, Path(out), actor=actor)
    except DomainError as error:
        return _code_of(error), f"{file}: {error} ({error.code})"
    except DatabaseFault:
        return UNKNOWN, f"{file}: the database cannot be reached, and it holds the wrapped key. Start it and try again."
    except OSError as error:
        return UNKNOWN, f"{file}: {error.strerror}."
    return SOUND, f"{file}: sound, {artifact.size:,} bytes, SHA-256 {artifact.sha256}"


def _code_of(error: DomainError) -> int:
    unknown = isinstance(error, Unavailable) or error.code in {"file.unreadable", "file.unwritable", "file.same"}
    return UNKNOWN if unknown else REFUSED
