"""How long accounts and what signs them in are kept."""

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone

from compliance.audit import Actor
from compliance.retention import Governed, Lifecycle, classes, keep

from . import throttle
from .audit_events import INVITATION_REMOVED
from .devices.recognising import last_day
from .models import Device, FailureCount, Invitation, Notice, RefreshToken, Session
from .retiring import retire_unused, unused_since
from .services import prune_sessions
from .services.removing import remove_recorded

INVITATIONS_KEPT_FOR = dt.timedelta(days=30)
NOTICES_KEPT_FOR = dt.timedelta(days=30)


@classes.register("accounts.sessions")
class Sessions(Lifecycle):
    """Sessions and refresh tokens."""

    label = "Sessions and API sign-ins"
    rule = "Removed once they can never be used again."
    covers = frozenset({"accounts.Session", "accounts.RefreshToken"})

    def due(self) -> int:
        tokens = RefreshToken.objects.filter(expires_at__lte=timezone.now())
        return Session.objects.over().count() + tokens.count()

    def remove(self, *, actor: Actor) -> int:
        return prune_sessions()


@classes.register("accounts.devices")
class Devices(Lifecycle):
    """Browsers that an account has signed in with."""

    label = "Devices"
    rule = "Removed 180 days after the last sign-in with them; at most 30 an account are kept."
    covers = frozenset({"accounts.Device"})

    def _over(self) -> QuerySet[Device]:
        return Device.objects.filter(last_seen_at__lt=last_day())

    def due(self) -> int:
        return self._over().count()

    def remove(self, *, actor: Actor) -> int:
        return self._over().delete()[0]


@classes.register("accounts.failures")
class Failures(Lifecycle):
    """Counts of failed sign-ins."""

    label = "Counts of failed sign-ins"
    rule = "Removed an hour after the last failure."
    covers = frozenset({"accounts.FailureCount"})

    def due(self) -> int:
        return FailureCount.objects.filter(last_failed_at__lt=timezone.now() - throttle.FORGOTTEN_AFTER).count()

    def remove(self, *, actor: Actor) -> int:
        return throttle.prune()


@classes.register("accounts.invitations")
class Invitations(Lifecycle):
    """Invitations that nobody can accept any more; the audit log keeps that they were made."""

    label = "Invitations"
    rule = "Removed 30 days after they were accepted, replaced or expired."
    covers = frozenset({"accounts.Invitation"})

    def _over(self) -> QuerySet[Invitation]:
        return Invitation.objects.filter(expires_at__lt=timezone.now() - INVITATIONS_KEPT_FOR)

    def due(self) -> int:
        return self._over().count()

    def remove(self, *, actor: Actor) -> int:
        return remove_recorded(self._over(), INVITATION_REMOVED, actor=actor)


@classes.register("accounts.notices")
class Notices(Lifecycle):
    """Mails about the account; what they told of stands in the audit log."""

    label = "Notices to people about their account"
    rule = "Removed after 30 days, sent or not."
    covers = frozenset({"accounts.Notice"})

    def _over(self) -> QuerySet[Notice]:
        return Notice.objects.filter(created_at__lt=timezone.now() - NOTICES_KEPT_FOR)

    def due(self) -> int:
        return self._over().count()

    def remove(self, *, actor: Actor) -> int:
        return self._over().delete()[0]


@classes.register("accounts.users")
class Profiles(Governed):
    """Accounts that were deactivated and that nobody used since; what they did stays provable under their id."""

    label = "Profiles of deactivated accounts"
    rule = "Anonymised when the policy's days after the last use of a deactivated account are over; others are kept."
    policy = "profile"
    covers = frozenset({"accounts.User"})

    def due_after(self, days: int) -> int:
        return unused_since(timezone.now() - dt.timedelta(days=days)).count()

    def remove_after(self, days: int, action: str, archive_days: int | None, *, actor: Actor) -> int:
        return retire_unused(timezone.now() - dt.timedelta(days=days), actor=actor)


keep(
    "accounts.credentials",
    "Second factors, recovery codes and API keys",
    "Kept as long as their account; keys as digests only.",
    "accounts.TOTPDevice",
    "accounts.RecoveryCode",
    "accounts.ApiKey",
)
