"""Who is on call now and next, from the rows of a rota."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from monitoring.models.alert_on_call import OnCallCover, OnCallMember, OnCallRota

from .turns import begin_of, turn_at


@dataclass(frozen=True)
class Turn:
    """Somebody's time on call; ``user`` is None when nobody of the rota may see alerts any more."""

    user: User | None
    starts_at: datetime
    ends_at: datetime


def with_people(rotas: QuerySet[OnCallRota]) -> QuerySet[OnCallRota]:
    """``rotas`` with what `on_call` and `turns` read of them, in two statements for all of them."""
    lately = OnCallCover.objects.filter(ends_at__gt=Now() - timedelta(days=8)).select_related("user").order_by("-id")
    members = OnCallMember.objects.select_related("user").order_by("position")
    return rotas.prefetch_related(Prefetch("members", members), Prefetch("covers", lately))


def on_call(rota: OnCallRota, at: datetime) -> User | None:
    """Who is on call at a time: whoever covers it, else whose turn it is, else the next one who is still there.

    Before its first turn begins a rota has nobody but who covers.
    """
    if not rota.enabled:
        return None
    covers = [one for one in rota.covers.all() if one.starts_at <= at < one.ends_at and one.user.is_active]
    if covers:
        return max(covers, key=lambda one: one.pk).user
    if turn_at(rota.starts_on, rota.hands_over_at, rota.timezone, at) < 0:
        return None  # it has not begun
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
    weeks = [begin_of(*given, max(current, 0) + one) for one in range(number + 1)]
    if current < 0:
        weeks.insert(0, now)
    edges = {moment for one in rota.covers.all() for moment in (one.starts_at, one.ends_at)}
    ordered = sorted({*weeks, *(moment for moment in edges if weeks[0] < moment < weeks[-1])})
    found: list[Turn] = []
    for begin, end in pairwise(ordered):
        user = on_call(rota, begin)
        if found and found[-1].user == user:
            begin = found.pop().starts_at
        found.append(Turn(user, begin, end))
    return [turn for turn in found if turn.ends_at > now]
