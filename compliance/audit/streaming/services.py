"""Every change of a receiver."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from modelops.crypto import envelope
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import Conflict, DomainError, Invalid
from modelops.lib.names import validate_name

from ..actor import Actor
from ..ledger import record
from ..sealing.sizes import sealed_rows
from ..vocabulary.rendering import FORMS
from .audit_events import RECEIVER_ADDED, RECEIVER_PAUSED, RECEIVER_REMOVED, RECEIVER_RESUMED, RECEIVER_TESTED
from .delivering import alone, batch_of, open_sink
from .models import MOST_ROWS, Receiver
from .sinks import NotTaken, sinks
from .sinks.base import cleaned


@transaction.atomic
def add_receiver(
    name: str,
    kind: str,
    given: Mapping[str, Any],
    *,
    form: str = "raw",
    batch_rows: int = 500,
    from_beginning: bool = True,
    actor: Actor,
) -> Receiver:
    """A new receiver: of all rows there are, or of those that come from now on. Raises Invalid and Conflict."""
    validate_name(name, "stream")
    if len(name) > 60:
        raise Invalid("The name is longer than 60 characters.", code="receiver.setting", field="name")
    if kind not in sinks:
        raise Invalid(
            f"There is no kind {kind[:40]!r}; use one of {', '.join(sinks.keys())}.", code="receiver.kind", field="kind"
        )
    if form not in FORMS:
        raise Invalid(
            f"There is no format {form[:40]!r}; use one of {', '.join(FORMS)}.", code="receiver.form", field="form"
        )
    if not 1 <= batch_rows <= MOST_ROWS:
        raise Invalid(f"A batch has 1 to {MOST_ROWS} rows.", code="receiver.batch_rows", field="batch_rows")
    options, secret = cleaned(sinks.get(kind), given)
    sinks.get(kind)(options, secret, name=name).check()
    cursor = 0 if from_beginning else sealed_rows()
    receiver = Receiver(name=name, kind=kind, form=form, options=options, batch_rows=batch_rows, cursor=cursor)
    if secret:
        receiver.sealed_secret = envelope.seal(secret.encode(), purpose=Purpose.FIELD, context=receiver.seal_context)
    try:
        with transaction.atomic():
            receiver.save(force_insert=True)
    except IntegrityError:
        raise Conflict(
            f"There is a stream {name!r} already. Choose another name.", code="receiver.name_taken", field="name"
        ) from None
    record(RECEIVER_ADDED, receiver, actor=actor, name=name, kind=kind, form=form, cursor=cursor)
    return receiver


@transaction.atomic
def pause(receiver: Receiver, *, actor: Actor) -> None:
    """Send nothing more until it is resumed. Raises Conflict when it is paused."""
    if not Receiver.objects.filter(pk=receiver.pk, is_paused=False).update(is_paused=True):
        raise Conflict(f"The stream {receiver} is paused already.", code="receiver.paused")
    record(RECEIVER_PAUSED, receiver, actor=actor, name=receiver.name)


@transaction.atomic
def resume(receiver: Receiver, *, actor: Actor) -> None:
    """Go on where it stopped, at once. Raises Conflict when it is not paused."""
    changes = {"is_paused": False, "failures": 0, "due_at": timezone.now()}
    if not Receiver.objects.filter(pk=receiver.pk, is_paused=True).update(**changes):
        raise Conflict(f"The stream {receiver} is not paused.", code="receiver.not_paused")
    record(RECEIVER_RESUMED, receiver, actor=actor, name=receiver.name)


def try_out(receiver: Receiver, *, actor: Actor) -> str:
    """Send the next row, or the last one there is, and say what came of it; the cursor stays.

    The row comes again in its batch: receivers know it by its number. Raises Conflict while a batch is on its way: two
    that write to one file at once would cut each other's lines.
    """
    size = sealed_rows()
    if not size:
        raise Conflict("The ledger has no sealed row to send yet. Start the sealer first.", code="receiver.nothing")
    with alone(receiver) as is_alone:
        if not is_alone:
            raise Conflict(f"{receiver} is being sent rows just now. Try again in a moment.", code="receiver.busy")
        receiver.refresh_from_db()
        index = min(receiver.cursor, size - 1)
        try:
            open_sink(receiver).send(batch_of(receiver, index, index + 1))
        except (NotTaken, DomainError) as refusal:
            result = str(refusal)
        else:
            result = ""
    with transaction.atomic():
        record(
            RECEIVER_TESTED,
            receiver,
            actor=actor,
            outcome="failure" if result else "success",
            name=receiver.name,
            result="not taken" if result else "taken",
        )
    return result


@transaction.atomic
def remove(receiver: Receiver, *, actor: Actor) -> None:
    """End a stream for good; its cursor stands in the ledger."""
    receiver = Receiver.objects.select_for_update().get(pk=receiver.pk)
    ended = Receiver(pk=receiver.pk, name=receiver.name)
    receiver.delete()
    # Afterwards: the row also says what the database saw go.
    record(RECEIVER_REMOVED, ended, actor=actor, name=receiver.name, cursor=receiver.cursor)
