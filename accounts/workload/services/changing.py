"""Changing a trusted issuer or a rule: what would change is shown first, and then done as it was shown.

Whatever changes beside the name ends the tokens that came of it: they were given under what stood there before.
"""

import hashlib
import json
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict

from ..audit_events import ISSUER_CHANGED, RULE_CHANGED
from ..models import ExchangedToken, ExchangeRule, TrustedIssuer
from . import trust
from .checking import revoke_exchanged

ISSUER_FIELDS = ("name", "issuer", "audience", "algorithms", "pinned_keys")
RULE_FIELDS = ("name", "service", "conditions", "scopes", "lifetime_s")
Row = TrustedIssuer | ExchangeRule


class Change(NamedTuple):
    """One field, before and after."""

    field: str
    label: str
    before: Any
    after: Any


def state_of(row: Row) -> str:
    """A digest of what can be changed, by which a second look that is older than another change is known."""
    held = {name: _plain(getattr(row, name)) for name in _fields(row)}
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()


def changes(row: Row, wanted: dict[str, Any]) -> list[Change]:
    """What ``wanted`` would change of a row. Raises Invalid for what cannot be."""
    wanted = trust.checked_issuer(**wanted) if isinstance(row, TrustedIssuer) else trust.checked_rule(**wanted)
    label = type(row)._meta.get_field
    return [
        Change(name, str(getattr(label(name), "verbose_name", name)), getattr(row, name), wanted[name])
        for name in _fields(row)
        if _plain(getattr(row, name)) != _plain(wanted[name])
    ]


def tokens_that_end(row: Row, found: list[Change]) -> int:
    """How many exchanged tokens, good now, would end."""
    if _keeps_tokens(found):
        return 0
    return int(_tokens(row).filter(revoked_at=None, expires_at__gt=timezone.now()).count())


@transaction.atomic
def change(row: Row, wanted: dict[str, Any], *, seen: str, actor: Actor) -> list[Change]:
    """Carry out what `changes` said of a row that stood as ``seen``; returns what was changed.

    Raises Conflict when somebody changed it since, or another row has the name or address; Invalid for what cannot be.
    """
    row = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if state_of(row) != seen:
        raise Conflict(
            f"{row.name} was changed by somebody else since you looked. Nothing was done: look at it again and repeat "
            "your change.",
            code="workload.changed_meanwhile",
        )
    found = changes(row, wanted)
    if not found:
        return []
    for one in found:
        setattr(row, one.field, one.after)
    changed = [one.field for one in found]
    if isinstance(row, TrustedIssuer) and {"issuer", "pinned_keys"} & set(changed):
        # What was fetched came from another address, or is not asked any more.
        row.fetched_keys = row.fetched_at = row.tried_at = None
        changed += ["fetched_keys", "fetched_at", "tried_at"]
    try:
        with transaction.atomic():
            row.save(update_fields=changed)
    except IntegrityError:
        raise Conflict("There is another one of this name or address already.", code="name.taken") from None
    event = ISSUER_CHANGED if isinstance(row, TrustedIssuer) else RULE_CHANGED
    record(event, row, actor=actor, name=row.name, fields=", ".join(one.label for one in found))
    if not _keeps_tokens(found):
        revoke_exchanged(_tokens(row), actor=actor)
    return found


def _fields(row: Row) -> tuple[str, ...]:
    return ISSUER_FIELDS if isinstance(row, TrustedIssuer) else RULE_FIELDS


def _tokens(row: Row) -> Any:
    of = {"rule__issuer": row} if isinstance(row, TrustedIssuer) else {"rule": row}
    return ExchangedToken.objects.filter(**of)


def _keeps_tokens(found: list[Change]) -> bool:
    return all(one.field == "name" for one in found)


def _plain(value: Any) -> Any:
    return str(value.pk) if hasattr(value, "pk") else value
