"""The ledger: closed vocabulary, one transaction with the act, append-only."""

import pytest
from django.db import DatabaseError, transaction

from compliance.audit import Actor, define, event_classes, record, record_refusal
from compliance.audit.context import network_of
from compliance.audit.ledger import UndeclaredEvent
from compliance.audit.models import AuditEvent

PROBED = define("tests.thing.probed", "probed {part} {times} times", "part", "times", category="system")
ACTOR = Actor.system("tests")


@pytest.mark.django_db
def test_a_row_tells_who_did_what_to_which_object() -> None:
    """S3-21, S4-78."""
    record(PROBED, ("tests.thing", "7"), actor=ACTOR, part="header", times=2)
    event = AuditEvent.objects.get(target_type="tests.thing", target_id="7")
    assert (event.name, event.outcome, event.actor_kind, event.actor_ref) == (PROBED.name, "success", "system", "tests")
    assert event.sentence == "probed header 2 times"
    assert event.actor == "tests"
    assert event.recorded_at.tzinfo is not None


@pytest.mark.django_db
@pytest.mark.parametrize("details", [{"part": "x"}, {"part": "x", "times": 1, "email": "a@example.org"}, {}])
def test_details_that_are_missing_or_undeclared_are_refused(details: dict[str, object]) -> None:
    with pytest.raises(UndeclaredEvent):
        record(PROBED, None, actor=ACTOR, **details)


@pytest.mark.parametrize(
    ("name", "sentence"), [("tests.thing", "x"), ("tests.thing.used", "used {undeclared}"), ("Tests.a.b", "x")]
)
def test_an_unsound_declaration_is_refused(name: str, sentence: str) -> None:
    with pytest.raises(ValueError, match="tests|Tests"):
        define(name, sentence, category="system")
    assert name not in event_classes()


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_recorded() -> None:
    with pytest.raises(RuntimeError):
        record(PROBED, None, actor=ACTOR, part="x", times=1)
    assert not AuditEvent.objects.filter(name=PROBED.name).exists()


@pytest.mark.django_db(transaction=True)
def test_the_row_goes_with_the_act_and_the_refusal_stays() -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction.atomic():
        record(PROBED, None, actor=ACTOR, part="x", times=1)
        raise Stop
    record_refusal(actor=ACTOR, code="test.refused", method="POST", route="/x")
    names = [event.name for event in AuditEvent.objects.exclude(category="security", name__startswith="crypto.")]
    assert names == ["audit.request.refused"]


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["update", "delete", "save"])
def test_rows_can_be_neither_changed_nor_removed(change: str) -> None:
    """S4-81: the database itself refuses."""
    record(PROBED, ("t", "1"), actor=ACTOR, part="x", times=1)
    event = AuditEvent.objects.get(name=PROBED.name)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        if change == "update":
            AuditEvent.objects.update(outcome="failure")
        elif change == "delete":
            AuditEvent.objects.all().delete()
        else:
            event.outcome = "failure"
            event.save()
    assert AuditEvent.objects.get(pk=event.pk).outcome == "success"


@pytest.mark.parametrize(
    ("address", "network"), [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48"), ("unix", "")]
)
def test_only_the_network_of_an_address_is_kept(address: str, network: str) -> None:
    assert network_of(address) == network
