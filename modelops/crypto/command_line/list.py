"""``keys list``: what is in the ring, without anything secret."""

import json
from argparse import ArgumentParser

from modelops.crypto.dependents import dependents_of
from modelops.crypto.models import KeyVersion

from . import Options, Out

NAME = "list"
HELP = "List the keys of the ring: name, purpose, state, age, owner, fingerprint."


def add_arguments(parser: ArgumentParser) -> None:
    """``--json`` for programs, ``--protects`` for what needs each key."""
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--protects", action="store_true", help="also count what needs each key")


def run(options: Options, out: Out) -> None:
    """Print one line a key, newest version of each purpose first."""
    keys = list(KeyVersion.objects.order_by("purpose", "-version"))
    if options["json"]:
        out(json.dumps([_facts(key, options["protects"]) for key in keys], indent=2))
        return
    for key in keys:
        age = f"{key.age.days} d" if key.age is not None else "–"
        late = " overdue" if key.is_overdue else ""
        out(
            f"{key.purpose:14} v{key.version:<3} {key.state:13} {key.created_at:%Y-%m-%d} {age:>6}{late}  "
            f"{key.id}  {key.name}  {key.fingerprint or '–'}  {key.owner or '–'}"
        )
        if options["protects"]:
            for found in dependents_of(key):
                out(f"    {found.count_words:>18}  {found.label}  {found.runs_out}".rstrip())


def _facts(key: KeyVersion, protects: bool) -> dict[str, object]:
    facts: dict[str, object] = {
        "id": str(key.id),
        "name": key.name,
        "purpose": key.purpose,
        "version": key.version,
        "state": key.state,
        "owner": key.owner,
        "fingerprint": key.fingerprint,
        "root_key_id": key.root_key_id,
        "created_at": key.created_at.isoformat(),
        "activated_at": key.activated_at.isoformat() if key.activated_at else None,
        "max_age_days": key.max_age_days,
        "is_overdue": key.is_overdue,
    }
    if protects:
        facts["protects"] = {found.label: found.count for found in dependents_of(key)}
    return facts
