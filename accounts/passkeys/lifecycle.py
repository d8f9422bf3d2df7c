"""How long passkeys are kept."""

from django.utils import timezone

from compliance.audit import Actor
from compliance.retention import Lifecycle, classes, keep

from .models import SpentChallenge

keep(
    "passkeys.passkeys",
    "Passkeys",
    "Kept until their owner removes them, or as long as the account.",
    "passkeys.Passkey",
)


@classes.register("passkeys.challenges")
class SpentChallenges(Lifecycle):
    """Digests of challenges that were answered."""

    label = "Answered challenges of passkeys"
    rule = "Removed once a session could not bring them back any more, after an hour."
    covers = frozenset({"passkeys.SpentChallenge"})

    def due(self) -> int:
        return SpentChallenge.objects.filter(expires_at__lte=timezone.now()).count()

    def remove(self, *, actor: Actor) -> int:
        return SpentChallenge.objects.filter(expires_at__lte=timezone.now()).delete()[0]
