"""Full addresses of requests are kept for the months of the policy; afterwards the ledger's rows name the network."""

from celery import shared_task

from compliance.audit import Actor
from compliance.audit.personal.removing import outdated, remove_outdated
from compliance.retention import Lifecycle, classes, keep
from modelops.jobs.schedule import scheduled


@scheduled("Remove old addresses from beside the audit log", every_s=86_400)
@shared_task(name="ledger_desk.remove_addresses")
def remove_addresses() -> int:
    """Remove what the policy keeps no longer."""
    return remove_outdated(actor=Actor.system("retention"))


@classes.register("audit.personal")
class PersonalBesideTheLedger(Lifecycle):
    """Addresses, browsers and sessions of requests, and personal details of events."""

    label = "Who and where, beside the audit log"
    rule = "Addresses are removed after 90 days (MODELOPS_ADDRESSES_KEPT_DAYS), everything when the person is erased."
    covers = frozenset({"audit_personal.Payload"})

    def due(self) -> int:
        return outdated().count()

    def remove(self, *, actor: Actor) -> int:
        return remove_outdated(actor=actor)


keep(
    "audit.personal_keys",
    "Keys of people, beside the audit log",
    "Kept without their material once the person is erased, so that a restored copy can be erased again.",
    "audit_personal.SubjectKey",
)
