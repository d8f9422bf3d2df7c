"""The key ring on the command line. Each action is a module of its own; see ``modelops.crypto.command_line``."""

import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from modelops.crypto.command_line import actions
from modelops.lib.errors import DomainError


class Command(BaseCommand):
    help = "The key ring: list, create, rotate and everything else that keys need."

    def add_arguments(self, parser: ArgumentParser) -> None:
        chosen = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for name, action in actions().items():
            action.add_arguments(chosen.add_parser(name, help=action.HELP, description=action.HELP))

    def handle(self, *, action: str, **options: object) -> None:
        try:
            code = actions()[action].run(options, self.stdout.write)
        except DomainError as error:
            raise CommandError(f"{error} ({error.code})") from None
        if code:
            sys.exit(code)
