"""Calls upon the ledger's own desk: proofs, files, figures, streams."""

from typing import Any

from .performing import Act
from .world import World

EVENT, RECEIVER = "audit.auditevent", "audit_streaming.receiver"
_STREAM = "admin/audit_streaming/receiver/<uuid:pk>/"


def fresh(world: World, role: str = "officer") -> Any:
    """A browser that has just shown a code."""
    from django.test import Client
    from django.utils import timezone

    from accounts.services.step_up import CONFIRMED_KEY
    from tests.accounts.people import sign_in

    client = sign_in(Client(), world.user(role))
    session = client.session
    session[CONFIRMED_KEY] = timezone.now().timestamp()
    session.save()
    return client


def _row(world: World) -> dict[str, Any]:
    from compliance.audit.models import AuditEvent

    return {"pk": AuditEvent.objects.latest("id").pk}


def _sealed(world: World) -> dict[str, Any]:
    """A ledger whose rows are sealed, under a signed head."""
    from tests.audit.exporting.sealing import SealedLedger

    found = _row(world)
    SealedLedger().checkpoint()
    return {**found, "client": fresh(world)}


def _receiver(world: World) -> dict[str, Any]:
    from compliance.audit.streaming.services import add_receiver

    given = {"url": world.receiver, "token": "t-123"}
    row = add_receiver("siem", "http", given, from_beginning=False, actor=world.actor("root"))
    return {"pk": row.pk, "client": fresh(world, "root")}


def _to_be_tested(world: World) -> dict[str, Any]:
    _sealed(world)
    return _receiver(world)


def _paused(world: World) -> dict[str, Any]:
    from compliance.audit.streaming import services
    from compliance.audit.streaming.models import Receiver

    found = _receiver(world)
    services.pause(Receiver.objects.get(pk=found["pk"]), actor=world.actor("root"))
    return found


def _new_receiver(world: World) -> dict[str, Any]:
    data = {"name": "siem", "form": "raw", "url": world.receiver, "token": "t-123", "batch_rows": "500", "start": "now"}
    return {"client": fresh(world, "root"), "data": data}


FILE = {"form": "jsonl"}
ACTS: dict[str, Act] = {
    "POST admin/ledger/verify/": Act("officer", ""),
    "GET admin/ledger/origins/<uuid:pk>/": Act("root", EVENT, before=_row),
    "GET admin/ledger/proofs/<uuid:pk>/": Act("officer", EVENT, before=_sealed),
    "GET admin/ledger/proofs/<uuid:pk>.json": Act("officer", EVENT, before=_sealed),
    "POST admin/ledger/exports/file/": Act("officer", "", FILE, before=_sealed),
    "GET api/v1/audit-events/export/": Act("officer", "", before=_sealed),
    "GET admin/ledger/report/": Act("officer", ""),
    "POST admin/ledger/report/file/": Act("officer", "", FILE, before=_sealed),
    "GET api/v1/audit-events/report/": Act("officer", "", before=_sealed),
    "POST admin/audit_streaming/receiver/add/": Act("root", RECEIVER, before=_new_receiver, query="?kind=http"),
    f"POST {_STREAM}pause/": Act("root", RECEIVER, before=_receiver),
    f"POST {_STREAM}resume/": Act("root", RECEIVER, before=_paused),
    f"POST {_STREAM}test/": Act("root", RECEIVER, before=_to_be_tested),
    f"POST {_STREAM}remove/": Act("root", RECEIVER, {}, before=_receiver),
}
