"""How long grants are kept."""

from compliance.audit import Actor
from compliance.retention import Lifecycle, classes

from .models import Grant
from .services import revoke


@classes.register("registry.grants")
class Grants(Lifecycle):
    """Who was given access; the audit log keeps that it was given."""

    label = "Access to restricted models and datasets"
    rule = "Removed with the model, dataset, account or group, and when it has expired."
    covers = frozenset({"grants.Grant"})

    def due(self) -> int:
        return Grant.objects.expired().count()

    def remove(self, *, actor: Actor) -> int:
        return sum(revoke(grant, actor=actor) for grant in Grant.objects.expired().iterator())
