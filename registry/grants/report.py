"""Who may do what with one model or dataset, by which right, and when each right was last used.

The rules are those of `rules` and of the gates, over rows read once for a page of accounts; a test holds them together.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from modelops.lib.implied import implied_by
from registry.seeing import MANAGE_ACCESS, SEE_RESTRICTED

from .last_use import last_uses
from .models import Grant, Level
from .object_actions import ObjectAction, actions_of
from .rules import Governed, kind_of

UNUSED_AFTER = dt.timedelta(days=90)
PAGE = 25


@dataclass(frozen=True, slots=True)
class Held:
    """One action that somebody may do, with every reason, and when it was last done."""

    action: ObjectAction
    reasons: tuple[str, ...]
    last_used: dt.datetime | None
    is_unused: bool


@dataclass(slots=True)
class Line:
    """One account with its actions."""

    user: User
    held: list[Held] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """Some accounts by name; ``next_after`` is the name to go on after, "" at the end."""

    lines: list[Line]
    next_after: str


def page_of(governed: Governed, *, after: str = "", size: int = PAGE) -> Page:
    """Accounts after the name ``after`` that may do something with ``governed``. Each page reads a fixed few times."""
    users = list(_accounts().filter(username__gt=after).order_by("username")[: size + 1])
    more = len(users) > size
    users = users[:size]
    lines = [line for line in _lines(governed, users) if line.held]
    return Page(lines, users[-1].username if more and users else "")


def every_line(governed: Governed, *, most: int) -> Iterator[Line]:
    """All of them, page by page, at most ``most``."""
    after, count = "", 0
    while count < most:
        page = page_of(governed, after=after, size=200)
        yield from page.lines[: most - count]
        count += len(page.lines)
        after = page.next_after
        if not after:
            return


def _accounts() -> QuerySet[User]:
    return User.objects.filter(is_active=True).prefetch_related(
        "groups__permissions__content_type", "user_permissions__content_type"
    )


def _lines(governed: Governed, users: list[User]) -> Iterator[Line]:
    grants = list(Grant.objects.standing().filter(**{kind_of(governed): governed}).select_related("group"))
    used = last_uses(governed, users)
    now = timezone.now()
    for user in users:
        line = Line(user)
        sources = _sources(user)
        own = [grant for grant in grants if grant.user_id == user.pk]
        own += [grant for grant in grants if grant.group_id in {group.pk for group in user.groups.all()}]
        for action in actions_of(governed):
            if reasons := _reasons(governed, user, action, sources, own):
                last = used.get((str(user.pk), action.key))
                line.held.append(Held(action, tuple(reasons), last, _is_unused(governed, user, action, last, now)))
        yield line


def _sources(user: User) -> dict[str, list[str]]:
    """By permission, what gives it to the account: a role, or the account's own permission."""
    found: dict[str, list[str]] = {}
    for group in user.groups.all():
        for row in group.permissions.all():
            found.setdefault(f"{row.content_type.app_label}.{row.codename}", []).append(f"role {group.name}")
    for row in user.user_permissions.all():
        found.setdefault(f"{row.content_type.app_label}.{row.codename}", []).append("permission of the account itself")
    return found


def _by_permission(sources: dict[str, list[str]], permission: str) -> list[str]:
    found = list(sources.get(permission, []))
    for action in implied_by(permission):
        found += [f"{source} ({action})" for source in sources.get(action, [])]
    return found


def _reasons(
    governed: Governed, user: User, action: ObjectAction, sources: dict[str, list[str]], grants: list[Grant]
) -> list[str]:
    if user.is_superuser:
        return ["superuser"]
    scope = _scope(governed, user, action, sources, grants)
    if scope is None:
        return []
    if action.is_managing:
        return scope if governed.owner_id == user.pk or _by_permission(sources, MANAGE_ACCESS) else []
    if not any(_by_permission(sources, permission) for permission in action.to_see):
        return []  # without a role that shows it, it is not there
    reasons = [each for permission in action.permissions for each in _by_permission(sources, permission)]
    reasons += [_words(grant) for grant in grants if action.is_given_by(grant)]
    return [*dict.fromkeys(reasons), *scope] if reasons else []


def _scope(
    governed: Governed, user: User, action: ObjectAction, sources: dict[str, list[str]], grants: list[Grant]
) -> list[str] | None:
    """Why this object is within reach for this action; None where it is not, empty where nothing is restricted."""
    if governed.owner_id == user.pk:
        return ["owner"]
    if managed := _by_permission(sources, MANAGE_ACCESS):
        return [f"manages all access: {each}" for each in managed]
    if not governed.is_restricted:
        return []
    reach = [_words(grant) for grant in grants if Level(grant.level).covers(action.level)]
    if action.level is Level.VIEW:
        reach += [f"sees what is restricted: {each}" for each in _by_permission(sources, SEE_RESTRICTED)]
    return reach or None


def _words(grant: Grant) -> str:
    until = f" until {grant.expires_at:%Y-%m-%d}" if grant.expires_at else ""
    what = ", ".join([grant.level, *grant.actions])
    return f"grant to the role {grant.group.name}: {what}{until}" if grant.group else f"grant in person: {what}{until}"


def _is_unused(
    governed: Governed, user: User, action: ObjectAction, last: dt.datetime | None, now: dt.datetime
) -> bool:
    """Whether the right could have been used for 90 days and was not; what leaves no row is never called unused."""
    since = max(user.date_joined, governed.created_at)
    return bool(action.events) and now - since >= UNUSED_AFTER and (last is None or now - last >= UNUSED_AFTER)


def unused(lines: Iterable[Line]) -> int:
    """How many rights among ``lines`` were not used for 90 days."""
    return sum(held.is_unused for line in lines for held in line.held)
