"""``keys resume``: use a suspended key again."""

from argparse import ArgumentParser

from modelops.crypto import lifecycle
from modelops.crypto.command_line import Options, Out
from modelops.crypto.decisions import by_shell
from modelops.crypto.states import Reason

from .naming import find, with_key

NAME = "resume"
HELP = "Use a suspended key again."


def add_arguments(parser: ArgumentParser) -> None:
    """The key and why."""
    with_key(parser, Reason.CHANGE)


def run(options: Options, out: Out) -> None:
    """Resume it."""
    key = lifecycle.resume(find(options["key"]), decision=by_shell(Reason(options["reason"])))
    out(f"{key.name} is {key.get_state_display().lower()} again.")
