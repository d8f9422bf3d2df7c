"""The question before a key is made: a key that is in no backup is lost with the root key."""

import sys
from argparse import ArgumentParser

from modelops.lib.errors import Invalid

from . import Options, Out

QUESTION = (
    "What is sealed under a new key is lost with the root key, unless the key is in a backup (keys backup). "
    "Will you make a backup now? Type yes: "
)


def add_confirmation(parser: ArgumentParser) -> None:
    """The answer, for scripts."""
    parser.add_argument(
        "--i-will-back-up", action="store_true", help="answer yes: a backup is made after this (keys backup)"
    )


def require_confirmation(options: Options, out: Out) -> None:
    """Ask unless it was answered on the command line. Raises Invalid for anything but yes; nothing is made then."""
    if options.get("i_will_back_up"):
        return
    out(QUESTION)
    try:
        answer = sys.stdin.readline()
    except (OSError, ValueError):  # no standard input
        answer = ""
    if answer.strip().lower() != "yes":
        raise Invalid(
            "No key was made: the question about the backup was not answered with yes. "
            "Answer it, or give --i-will-back-up.",
            code="backup.unconfirmed",
        )
