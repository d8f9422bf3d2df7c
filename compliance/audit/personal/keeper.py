"""Who seals what stands beside the rows of the ledger."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import models

from compliance.audit.actor import Actor
from compliance.audit.context import RequestContext

from . import origins, payloads


class Keeper:
    """`compliance.audit.beside.Beside` over the tables of this app."""

    def origin_of(self, context: RequestContext, actor: Actor) -> bytes | None:
        """Commitment to where the actor acts from."""
        return origins.origin_of(context, actor)

    def known_origin_of(self, context: RequestContext, actor: Actor) -> tuple[bool, bytes | None]:
        """The same without storing anything: whether this process knows it."""
        return origins.known_origin_of(context, actor)

    def seal(self, content: Mapping[str, Any], subject: models.Model | Actor | str, row_id: uuid.UUID) -> bytes:
        """Commitment to personal values of one row."""
        return payloads.store("personal", content, payloads.subject_ref(subject), event_id=row_id)
