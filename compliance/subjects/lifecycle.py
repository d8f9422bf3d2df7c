"""How long requests and bundles are kept."""

from compliance.audit import Actor
from compliance.retention import Lifecycle, classes, keep

from . import services


@classes.register("subjects.bundles")
class Bundles(Lifecycle):
    """The bytes of what was collected about a person."""

    label = "Bundles of data-subject requests"
    rule = "Their content is removed seven days after it was collected; the row stays as proof."
    covers = frozenset({"subjects.SubjectBundle"})

    def due(self) -> int:
        return services.count_expired_bundles()

    def remove(self, *, actor: Actor) -> int:
        return services.remove_expired_bundles(actor=actor)


keep(
    "subjects.requests",
    "Data-subject requests",
    "Kept: proof that each was answered in time.",
    "subjects.SubjectRequest",
    "subjects.ReferenceCounter",
    "subjects.IdentityCheck",
    "subjects.BundleDelivery",
    "subjects.ErasurePlan",
    "subjects.ErasureDrill",
    "subjects.ErasureStep",
    "subjects.ModelImpact",
    "subjects.LegalHold",
)
