"""Lists the command in the help and runs it from code; on the command line manage.py runs it without settings."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from registry.scanning import command


class Command(BaseCommand):
    help = command.DESCRIPTION
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        command.add_arguments(parser)

    def handle(self, *, files: list[Path], isolated: bool, **options: Any) -> None:
        all_clean = True
        for is_clean, line in command.lines(files, isolated=isolated):
            all_clean = all_clean and is_clean
            self.stdout.write(line)
        if not all_clean:
            raise SystemExit(1)
