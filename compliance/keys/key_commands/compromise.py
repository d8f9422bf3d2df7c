"""``keys compromise``: write nothing more under a key that somebody else may know."""

from argparse import ArgumentParser

from modelops.crypto import lifecycle
from modelops.crypto.command_line import Options, Out
from modelops.crypto.decisions import by_shell
from modelops.crypto.states import Reason

from .naming import find, with_key

NAME = "compromise"
HELP = "Mark a key as compromised: nothing new is written under it, and what it protects must be moved by a rotation."


def add_arguments(parser: ArgumentParser) -> None:
    """The key and why."""
    with_key(parser, Reason.INCIDENT)


def run(options: Options, out: Out) -> None:
    """Mark it, and say what to do next."""
    key = lifecycle.mark_compromised(find(options["key"]), decision=by_shell(Reason(options["reason"])))
    out(f"{key.name} is compromised. Move what it protects: keys rotate {key.purpose} --reason incident")
