"""That a version came sealed by its sender: a row of its own beside that of the version."""

from collections.abc import Callable, Sequence
from typing import Any

from compliance.audit import Actor, record
from registry.audit_events import SEALED_UPLOAD_OPENED
from registry.models import ModelVersion

from .travelling import SentKey

Then = Callable[[Any], None]


def recorded(sent: Sequence[SentKey], then: Then | None, *, actor: Actor) -> Then | None:
    """``then`` with that row, for the transaction that adds the version; ``then`` itself when nothing was sealed."""
    if not sent:
        return then

    def tell(version: Any) -> None:
        if then is not None:
            then(version)
        parent = version.model if isinstance(version, ModelVersion) else version.dataset
        record(
            SEALED_UPLOAD_OPENED,
            version,
            actor=actor,
            name=parent.name,
            version=version.number,
            files=len(sent),
            recipient=str(sent[0].recipient),
        )

    return tell
