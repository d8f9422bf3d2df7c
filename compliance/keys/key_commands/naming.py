"""How a key is named on the command line."""

import contextlib
import uuid
from argparse import ArgumentParser

from django.db.models import Q

from modelops.crypto.models import KeyVersion
from modelops.crypto.states import Reason
from modelops.lib.errors import NotFound


def with_key(parser: ArgumentParser, reason: Reason) -> None:
    """The arguments of every action on one key."""
    parser.add_argument("key", help="name or id, as keys list shows them")
    parser.add_argument("--reason", choices=Reason.values, default=reason.value)


def find(named: str) -> KeyVersion:
    """The key of a name or id. Raises NotFound."""
    by = Q(name=named)
    with contextlib.suppress(ValueError):
        by |= Q(pk=uuid.UUID(named))
    key = KeyVersion.objects.filter(by).first()
    if key is None:
        raise NotFound(f"There is no key {named!r}. Run: manage.py keys list", code="key.not_found")
    return key
