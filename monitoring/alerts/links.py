"""Links in messages that acknowledge or snooze an alert: signed, for one delivery, good for one use and a week."""

import uuid

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone

from modelops.lib.errors import Conflict, NotFound
from monitoring.models.alert_records import LinkUse
from monitoring.models.alerts import AlertDelivery

ACTIONS = {"acknowledge": "Acknowledge", "snooze": "Snooze for an hour"}
_SALT = "monitoring.alert-link"
GOOD_FOR_S = 7 * 86_400


def links_of(delivery: AlertDelivery) -> tuple[tuple[str, str], ...]:
    """Words and address of each thing that can be done from the message."""
    start = settings.MODELOPS_BASE_URL.rstrip("/")
    return tuple((words, f"{start}/alerts/do/{token(delivery.pk, action)}/") for action, words in ACTIONS.items())


def token(delivery_id: uuid.UUID, action: str) -> str:
    """The signed part of a link."""
    return signing.dumps([str(delivery_id), action], salt=_SALT)


def opened(text: str) -> tuple[AlertDelivery, str]:
    """The delivery and the action behind a link; raises NotFound for anything that was not signed here, or is old."""
    try:
        delivery_id, action = signing.loads(text, salt=_SALT, max_age=GOOD_FOR_S)
        delivery = AlertDelivery.objects.select_related("alert", "channel").get(pk=uuid.UUID(delivery_id))
    except (signing.BadSignature, ValueError, TypeError, AlertDelivery.DoesNotExist):
        delivery, action = None, ""
    if delivery is None or delivery.alert is None or action not in ACTIONS:
        raise NotFound("This link is not valid, or older than a week. Sign in to see the alert.", code="link.unknown")
    return delivery, action


def use_up(delivery: AlertDelivery, action: str) -> None:
    """Note the one use of a link; raises Conflict for a second one. Call it in the transaction of the action."""
    try:
        with transaction.atomic():
            LinkUse.objects.create(delivery=delivery, action=action, used_at=timezone.now())
    except IntegrityError:
        raise Conflict("This link was used already. Sign in to see the alert.", code="link.used") from None
