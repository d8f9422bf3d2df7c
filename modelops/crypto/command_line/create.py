"""``keys create``: the first keys of a new portal, or one named key more."""

from argparse import ArgumentParser

from modelops.crypto.decisions import by_shell
from modelops.crypto.models import KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.services import create_first_keys, create_key
from modelops.crypto.states import Reason
from modelops.lib.errors import Invalid

from . import Options, Out
from .confirming import add_confirmation, require_confirmation

NAME = "create"
HELP = (
    "Without a name: make version 1 of every purpose that has no key, active at once (a new portal has no second "
    "person who could approve). With a name: make a pending key of 256 random bits."
)


def add_arguments(parser: ArgumentParser) -> None:
    """Name and purpose belong together."""
    parser.add_argument("name", nargs="?", help="a name that no key has, or ever had")
    parser.add_argument("--purpose", choices=Purpose.values)
    parser.add_argument("--owner", default="", help="the team or role that answers for it")
    parser.add_argument("--max-age", type=int, metavar="DAYS", help="default: that of the present key")
    add_confirmation(parser)


def run(options: Options, out: Out) -> None:
    """Make the keys and name them."""
    if not options["name"]:
        if options["purpose"]:
            raise Invalid("A key for a purpose needs a name: keys create NAME --purpose PURPOSE.", code="name.missing")
        if KeyVersion.objects.values("purpose").distinct().count() == len(Purpose):
            out("Every purpose has a key already.")
            return
        require_confirmation(options, out)
        made = create_first_keys()
        for key in made:
            out(f"{key}  {key.pk}")
        out(f"{len(made)} keys made.")
        return
    if not options["purpose"]:
        raise Invalid(f"Name the purpose of the key: --purpose {'|'.join(Purpose.values)}.", code="key.purpose_missing")
    require_confirmation(options, out)
    key = create_key(
        Purpose(options["purpose"]),
        name=options["name"],
        owner=options["owner"],
        max_age_days=options["max_age"],
        decision=by_shell(Reason.SCHEDULE),
    )
    out(
        f"{key.name} ({key}, {key.pk}) is pending; its fingerprint is {key.fingerprint}. "
        f"Activate it: keys activate {key.name}"
    )
