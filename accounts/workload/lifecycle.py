"""How long it is kept what came of the tokens of jobs."""

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone

from compliance.audit import Actor
from compliance.retention import Lifecycle, classes, keep

from .models import ExchangedToken, UsedJobToken

KEPT_FOR = dt.timedelta(days=90)

keep(
    "workload.trust",
    "Trusted issuers and their rules",
    "Kept until somebody removes them.",
    "workload.TrustedIssuer",
    "workload.ExchangeRule",
)


@classes.register("workload.tokens")
class Tokens(Lifecycle):
    """Exchanged tokens, and the marks that keep a job token from being exchanged twice."""

    label = "Exchanged tokens of pipelines"
    rule = "Exchanged tokens are removed after 90 days; the mark of a job's token when that token has ended."
    covers = frozenset({"workload.ExchangedToken", "workload.UsedJobToken"})

    def _over(self) -> "tuple[QuerySet[ExchangedToken], QuerySet[UsedJobToken]]":
        now = timezone.now()
        return (
            ExchangedToken.objects.filter(expires_at__lt=now - KEPT_FOR),
            UsedJobToken.objects.filter(expires_at__lt=now),
        )

    def due(self) -> int:
        return sum(rows.count() for rows in self._over())

    def remove(self, *, actor: Actor) -> int:
        return sum(rows.delete()[0] for rows in self._over())
