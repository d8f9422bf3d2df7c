"""``keys age``: how old a key may become."""

from argparse import ArgumentParser

from modelops.crypto import lifecycle
from modelops.crypto.command_line import Options, Out
from modelops.crypto.decisions import by_shell
from modelops.crypto.states import Reason

from .naming import find, with_key

NAME = "age"
HELP = "Set how many days a key may be active before it is a finding and raises an alert."


def add_arguments(parser: ArgumentParser) -> None:
    """The key and its new policy."""
    with_key(parser, Reason.CHANGE)
    parser.add_argument("days", type=int)


def run(options: Options, out: Out) -> None:
    """Set it."""
    key = lifecycle.set_max_age(find(options["key"]), options["days"], decision=by_shell(Reason(options["reason"])))
    out(f"{key.name} may be active for {key.max_age_days} days.")
