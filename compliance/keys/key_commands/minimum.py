"""``keys minimum``: open nothing any more under older versions of a purpose."""

from argparse import ArgumentParser

from compliance.audit import Actor
from compliance.keys import rotations
from modelops.crypto.command_line import Options, Out
from modelops.crypto.purposes import Purpose
from modelops.crypto.states import Reason

NAME = "minimum"
HELP = "Suspend all keys of a purpose older than a version. Refused while any row is under one of them."


def add_arguments(parser: ArgumentParser) -> None:
    """Purpose and smallest version."""
    parser.add_argument("purpose", choices=Purpose.values)
    parser.add_argument("version", type=int)
    parser.add_argument("--reason", choices=Reason.values, default=Reason.UNUSED.value)


def run(options: Options, out: Out) -> None:
    """Raise it, and name what was shut."""
    shut = rotations.raise_minimum(
        Purpose(options["purpose"]),
        options["version"],
        reason=Reason(options["reason"]),
        actor=Actor.system("operator-shell"),
    )
    out(f"{len(shut)} keys suspended: {', '.join(key.name for key in shut) or 'none was open'}.")
