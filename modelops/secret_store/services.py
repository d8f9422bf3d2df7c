"""Every change of a secret, and the one way to its value."""

from datetime import timedelta
from typing import Any

from django.db import DatabaseError, IntegrityError, models, transaction
from django.db.models import ForeignObjectRel
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.crypto import envelope
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import Conflict, Invalid, Unavailable
from modelops.lib.names import validate_name

from .audit_events import SECRET_DELETED, SECRET_REPLACED, SECRET_SET, SECRET_USED
from .models import StoredSecret
from .sources import check_reference, read_reference

MOST_CHARACTERS = 32 * 1024
# A busy channel must not write the row at every message; the ledger has each use.
LAST_USED_EVERY = timedelta(minutes=1)


@transaction.atomic
def set_secret(name: str, value: str = "", *, purpose: str, reference: str = "", actor: Actor) -> StoredSecret:
    """Store a new secret: a ``value``, sealed, or a ``reference`` to where it is read on each use.

    Raises Invalid for the name, an empty or oversized value or a reference that is not permitted, Conflict when the
    name is taken, KeysUnavailable.
    """
    validate_name(name, "secret")
    if not purpose.strip() or len(purpose) > 200:
        raise Invalid(
            "Say in 1 to 200 characters what the secret is for.", code="secret.purpose_missing", field="purpose"
        )
    secret = StoredSecret(name=name, purpose=purpose.strip())
    _put(secret, value, reference, actor)
    try:
        with transaction.atomic():
            secret.save(force_insert=True)
    except IntegrityError:
        raise Conflict(
            f"There is a secret {name!r} already. Replace its value, or choose another name.",
            code="secret.name_taken",
            field="name",
        ) from None
    record(SECRET_SET, secret, actor=actor, name=name, kind=secret.kind)
    return secret


@transaction.atomic
def replace_secret(secret: StoredSecret, value: str = "", *, reference: str = "", actor: Actor) -> StoredSecret:
    """Give a secret another value or reference; the old value is gone. Raises as `set_secret` does."""
    secret = StoredSecret.objects.select_for_update().get(pk=secret.pk)
    _put(secret, value, reference, actor)
    secret.set_at = timezone.now()
    secret.replaced_count += 1
    secret.save()
    record(SECRET_REPLACED, secret, actor=actor, name=secret.name, kind=secret.kind)
    return secret


def use_secret(secret: StoredSecret, *, by: str, actor: Actor | None = None) -> str:
    """The value, for the part of the portal that needs it now: it goes into no page, log, message or exception.

    ``by`` names the part and what it does it for ("alert channel ops"). The ledger knows of the use before the value
    is given. Raises Unavailable when the use cannot be recorded or the value cannot be read, KeysUnavailable,
    UnknownKey, DecryptionFailed.
    """
    by = by[:100]
    try:
        with transaction.atomic():
            record(SECRET_USED, secret, actor=actor or Actor.system(by), name=secret.name, by=by)
            now = timezone.now()
            recently = now - LAST_USED_EVERY
            stale = (
                models.Q(last_used_at__isnull=True) | models.Q(last_used_at__lt=recently) | ~models.Q(last_used_by=by)
            )
            StoredSecret.objects.filter(stale, pk=secret.pk).update(last_used_at=now, last_used_by=by)
    except DatabaseError:
        raise Unavailable(
            f"The use of the secret {secret.name} could not be recorded, so it was not given out. Try again when the "
            "database is back.",
            code="secret.use_not_recorded",
        ) from None
    if secret.reference:
        return read_reference(secret.reference)
    plain = envelope.unseal(bytes(secret.sealed_value or b""), purpose=Purpose.FIELD, context=secret.seal_context)
    return plain.decode("utf-8")


@transaction.atomic
def delete_secret(secret: StoredSecret, *, actor: Actor) -> None:
    """Remove a secret that nothing refers to. Raises Conflict with what still does."""
    secret = StoredSecret.objects.select_for_update().get(pk=secret.pk)
    if users := used_by(secret):
        raise Conflict(
            f"The secret {secret.name} is in use by {', '.join(users)}. Give those another secret first.",
            code="secret.in_use",
        )
    StoredSecret.objects.filter(pk=secret.pk).delete()  # the object keeps its id, for its row of the ledger
    record(SECRET_DELETED, secret, actor=actor, name=secret.name)


def used_by(secret: StoredSecret, most: int = 20) -> list[str]:
    """What refers to the secret, in words: every row of every app whose foreign key holds its id."""
    found: list[str] = []
    for relation in StoredSecret._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel):
            continue
        model: Any = relation.related_model
        rows = model._default_manager.filter(**{relation.field.name: secret.pk})
        found += [f"{model._meta.verbose_name} {row}" for row in rows[: most - len(found)]]
    return found


def _put(secret: StoredSecret, value: str, reference: str, actor: Actor) -> None:
    if bool(value) == bool(reference):
        raise Invalid(
            "Give either the value of the secret or a reference to it: one of the two.",
            code="secret.value_missing",
            field="value",
        )
    if reference:
        check_reference(reference)
        secret.sealed_value, secret.reference = None, reference
    else:
        if len(value) > MOST_CHARACTERS:
            raise Invalid(
                f"The secret has {len(value):,} characters; at most {MOST_CHARACTERS:,} are allowed.",
                code="secret.too_long",
                field="value",
            )
        secret.sealed_value = envelope.seal(value.encode(), purpose=Purpose.FIELD, context=secret.seal_context)
        secret.reference = ""
    secret.set_by_kind, secret.set_by_ref = actor.kind, actor.ref
