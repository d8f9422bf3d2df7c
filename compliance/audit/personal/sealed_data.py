"""What beside the ledger is sealed under the ring, and which digests only run out."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from modelops.crypto.models import KeyVersion
from modelops.crypto.protected import protect, protect_digests
from modelops.crypto.purposes import Purpose

from .models import Payload, SubjectKey

# A process goes on writing under the former key for some seconds, and a transaction may take its time.
_SLACK = timedelta(minutes=5)


def _indexed_under(key: KeyVersion) -> "QuerySet[Any]":
    rows = Payload.objects.filter(address_index__isnull=False)
    if key.activated_at is not None and key.version > 1:
        rows = rows.filter(created_at__gte=key.activated_at - _SLACK)
    if key.retired_at is not None:
        rows = rows.filter(created_at__lte=key.retired_at + _SLACK)
    return rows


protect("audit_personal.SubjectKey", "wrapped", purpose=Purpose.FIELD, context=SubjectKey.seal_context)
protect_digests(
    "audit_personal.Payload.address_index",
    purpose=Purpose.BLIND_INDEX,
    needing=_indexed_under,
    runs_out="Addresses are removed after some months (MODELOPS_ADDRESSES_KEPT_DAYS); until then old ones are found.",
)
