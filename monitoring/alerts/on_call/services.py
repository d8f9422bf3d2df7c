"""Making rotas, standing in for somebody, and who is on call now."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.names import validate_name
from monitoring.alerts import audit_events as events
from monitoring.alerts.services.lifecycle import account_of
from monitoring.alerts.services.receivers import zones
from monitoring.models.alert_on_call import OnCallCover, OnCallMember, OnCallRota

from .turns import begin_of, turn_at

MOST_MEMBERS, MOST_ROTAS = 50, 100
LONGEST_COVER = timedelta(days=60)


@dataclass(frozen=True)
class Turn:
    """Somebody's time on call; ``user`` is None when nobody of the rota may see alerts any more."""

    user: User | None
    starts_at: datetime
    ends_at: datetime


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


def with_people(rotas: QuerySet[OnCallRota]) -> QuerySet[OnCallRota]:
    """``rotas`` with what `on_call` and `turns` read of them, in two statements for all of them."""
    lately = OnCallCover.objects.filter(ends_at__gt=Now() - timedelta(days=8)).select_related("user").order_by("-id")
    members = OnCallMember.objects.select_related("user").order_by("position")
    return rotas.prefetch_related(Prefetch("members", members), Prefetch("covers", lately))


def on_call(rota: OnCallRota, at: datetime) -> User | None:
    """Who is on call at a time: whoever covers it, else whose turn it is, else the next one who is still there."""
    if not rota.enabled:
        return None
    covers = [one for one in rota.covers.all() if one.starts_at <= at < one.ends_at and one.user.is_active]
    if covers:
        return max(covers, key=lambda one: one.pk).user
    people = [member.user for member in sorted(rota.members.all(), key=lambda one: one.position)]
    if not people:
        return None
    first = turn_at(rota.starts_on, rota.hands_over_at, rota.timezone, at) % len(people)
    return next((one for one in people[first:] + people[:first] if one.is_active), None)


def turns(rota: OnCallRota, *, number: int = 4) -> list[Turn]:
    """This turn and the next ones, parted where somebody covers."""
    given = (rota.starts_on, rota.hands_over_at, rota.timezone)
    now = timezone.now()
    current = turn_at(*given, now)
    weeks = [begin_of(*given, current + one) for one in range(number + 1)]
    edges = {moment for one in rota.covers.all() for moment in (one.starts_at, one.ends_at)}
    ordered = sorted({*weeks, *(moment for moment in edges if weeks[0] < moment < weeks[-1])})
    found: list[Turn] = []
    for begin, end in pairwise(ordered):
        user = on_call(rota, begin)
        if found and found[-1].user == user:
            begin = found.pop().starts_at
        found.append(Turn(user, begin, end))
    return [turn for turn in found if turn.ends_at > now]


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
