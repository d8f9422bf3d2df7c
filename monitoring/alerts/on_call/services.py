"""Making rotas and standing in for somebody."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.names import validate_name
from monitoring.alerts import audit_events as events
from monitoring.alerts.services.lifecycle import account_of
from monitoring.alerts.services.receivers import zones
from monitoring.models.alert_on_call import OnCallCover, OnCallMember, OnCallRota

MOST_MEMBERS, MOST_ROTAS = 50, 100
LONGEST_COVER = timedelta(days=60)


@transaction.atomic
def create_rota(
    name: str,
    people: Sequence[User],
    *,
    starts_on: date,
    hands_over_at: time = time(9),
    zone: str = "UTC",
    actor: Actor,
) -> OnCallRota:
    """Have people take turns in this order, a week each. Raises Invalid for somebody who may not change alerts."""
    validate_name(name, "rota")
    if not 1 <= len(people) <= MOST_MEMBERS or len({one.pk for one in people}) < len(people):
        raise _refuse("people", f"A rota has 1 to {MOST_MEMBERS} people, each of them once.")
    if zone not in zones():
        raise _refuse("timezone", "The time zone is a name like Europe/Vienna or UTC.")
    for one in people:
        _check(one, "people")
    if OnCallRota.objects.count() >= MOST_ROTAS:
        raise Conflict(f"There are {MOST_ROTAS} rotas already.", code="rota.too_many")
    try:
        with transaction.atomic():
            rota = OnCallRota.objects.create(
                name=name,
                starts_on=starts_on,
                hands_over_at=hands_over_at,
                timezone=zone,
                created_by_id=account_of(actor),
            )
    except IntegrityError:
        raise Conflict(f"There is a rota {name} already.", code="rota.exists", field="name") from None
    OnCallMember.objects.bulk_create(
        [OnCallMember(rota=rota, user=one, position=position) for position, one in enumerate(people)]
    )
    record(events.ROTA_CREATED, rota, actor=actor, name=name, people=len(people))
    return rota


@transaction.atomic
def cover(rota: OnCallRota, user: User, starts_at: datetime, ends_at: datetime, *, actor: Actor) -> OnCallCover:
    """Have somebody be on call in place of whoever's turn it is. To end it early, cover the rest by another."""
    rota = _locked(rota)
    _check(user, "user")
    if not starts_at < ends_at or ends_at <= timezone.now() or ends_at - starts_at > LONGEST_COVER:
        raise _refuse(
            "ends_at", f"It ends after it begins, in the future, and lasts at most {LONGEST_COVER.days} days."
        )
    made = OnCallCover.objects.create(rota=rota, user=user, starts_at=starts_at, ends_at=ends_at)
    span = {"begin": starts_at.isoformat(timespec="minutes"), "end": ends_at.isoformat(timespec="minutes")}
    record(events.ROTA_COVERED, rota, actor=actor, name=rota.name, account=str(user.pk), **span)
    return made


@transaction.atomic
def disable_rota(rota: OnCallRota, *, actor: Actor) -> OnCallRota:
    """Switch a rota off for good: channels that ask it reach nobody."""
    rota = _locked(rota)
    if rota.enabled:
        rota.enabled = False
        rota.save(update_fields=["enabled"])
        record(events.ROTA_DISABLED, rota, actor=actor, name=rota.name)
    return rota


@transaction.atomic
def leave_rotas(accounts: Sequence[uuid.UUID], *, actor: Actor) -> int:
    """Take people out of all rotas; the others go on in their order. Returns how many rows are gone."""
    gone = 0
    for rota in OnCallRota.objects.select_for_update(of=("self",)).order_by("id"):
        members = OnCallMember.objects.filter(rota=rota, user__in=accounts)
        covers = OnCallCover.objects.filter(rota=rota, user__in=accounts)
        if number := members.delete()[0] + covers.delete()[0]:
            left = OnCallMember.objects.filter(rota=rota).count()
            record(events.ROTA_LEFT, rota, actor=actor, name=rota.name, people=left)
            gone += number
    return gone


def candidates() -> QuerySet[User]:
    """Accounts of people whose role lets them change alerts."""
    may = Permission.objects.filter(content_type__app_label="monitoring", codename="change_alert")
    people = User.objects.filter(is_active=True, is_service=False, groups__permissions__in=may)
    return people.distinct().order_by("username")


def may_be_on_call(user: Any) -> bool:
    """Whether somebody can do anything about an alert."""
    return bool(user.is_active and user.has_perm("monitoring.change_alert"))


def _check(user: User, field: str) -> None:
    if not may_be_on_call(user):
        raise _refuse(field, f"{user} may not change alerts; name people who may.")


def _locked(rota: OnCallRota) -> OnCallRota:
    return OnCallRota.objects.select_for_update(of=("self",)).get(pk=rota.pk)


def _refuse(field: str, message: str) -> Invalid:
    return Invalid(message, code="rota.invalid", field=field)
