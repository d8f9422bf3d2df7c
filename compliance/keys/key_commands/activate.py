"""``keys activate``: write under a pending key."""

from argparse import ArgumentParser

from django.db import transaction

from compliance.keys import rotations
from modelops.crypto import lifecycle
from modelops.crypto.command_line import Options, Out
from modelops.crypto.decisions import by_shell
from modelops.crypto.states import Reason

from .naming import find, with_key

NAME = "activate"
HELP = "Write under a pending key from now on, and move what the former one protects."


def add_arguments(parser: ArgumentParser) -> None:
    """The key and why."""
    with_key(parser, Reason.SCHEDULE)


def run(options: Options, out: Out) -> None:
    """Activate it and begin the rotation."""
    decision = by_shell(Reason(options["reason"]))
    with transaction.atomic():
        key = lifecycle.activate(find(options["key"]), decision=decision)
        rotation = rotations.follow(key, decision=decision)
    out(f"{key.name} is active. Rotation {rotation.pk}")
