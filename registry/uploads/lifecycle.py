"""How long uploads in progress are kept."""

from compliance.audit import Actor
from compliance.retention import Lifecycle, classes

from .expiry import expired, remove_expired


@classes.register("uploads.sessions")
class UploadSessions(Lifecycle):
    """Uploads that nobody finished, and the memory of those that were."""

    label = "Uploads in progress"
    rule = "Removed 24 hours after their last change, with the sealed parts that have arrived."
    covers = frozenset({"uploads.UploadSession", "uploads.UploadPart"})

    def due(self) -> int:
        return expired().count()

    def remove(self, *, actor: Actor) -> int:
        return remove_expired()
