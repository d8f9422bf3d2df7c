"""How long links and resets are kept."""

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.services.removing import remove_recorded
from compliance.audit import Actor
from compliance.retention import Lifecycle, classes

from .audit_events import FACTOR_RESET_REMOVED
from .models import FactorReset, MailedLink

KEPT_FOR = dt.timedelta(days=30)


@classes.register("recovering.links")
class Links(Lifecycle):
    """Links that were mailed."""

    label = "Mailed links of accounts"
    rule = "Removed 30 days after they ended; the audit log keeps what they were used for."
    covers = frozenset({"recovering.MailedLink"})

    def _over(self) -> QuerySet[MailedLink]:
        return MailedLink.objects.filter(expires_at__lt=timezone.now() - KEPT_FOR)

    def due(self) -> int:
        return self._over().count()

    def remove(self, *, actor: Actor) -> int:
        return self._over().delete()[0]


@classes.register("recovering.resets")
class Resets(Lifecycle):
    """Resets of second factors that are over."""

    label = "Resets of second factors"
    rule = "Removed 30 days after they were cancelled or done; the audit log keeps them."
    covers = frozenset({"recovering.FactorReset"})

    def _over(self) -> QuerySet[FactorReset]:
        before = timezone.now() - KEPT_FOR
        return FactorReset.objects.filter(Q(cancelled_at__lt=before) | Q(done_at__lt=before))

    def due(self) -> int:
        return self._over().count()

    def remove(self, *, actor: Actor) -> int:
        return remove_recorded(self._over(), FACTOR_RESET_REMOVED, actor=actor)
