"""A request of which something changed for good is closed by the schedule, though nobody opens or approves it."""

import dataclasses

import pytest

from accounts.actors import actor_of
from accounts.models import User
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from registry.deletion.services import delete
from registry.models import ModelVersion
from registry.promotion import policies
from registry.promotion.models import Promotion, State
from registry.promotion.tasks import outdate
from tests.registry.cards.filled import fill_card

from .promoting import LENIENT, approve, approver, ask

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")


def test_the_schedule_finds_what_changed(version: ModelVersion, engineer: User) -> None:
    """S2-15: closed once, with the gates as they are and a row of the ledger; what holds stays."""
    promotion = approve(ask(version, actor=actor_of(engineer)), approver(1))
    assert outdate() == 0
    assert Promotion.objects.get().state == State.WAITING
    wanted = policies.Policy(min_quality=None, metric_tolerance=1.5, requires_card=False, blocks_on_alerts=False)
    policies.set_policy(version.model, wanted, actor=ACTOR)
    assert (outdate(), outdate()) == (1, 0)
    promotion.refresh_from_db()
    assert (promotion.state, promotion.decision_reason) == (State.OUTDATED, "Changed since: the policy.")
    assert promotion.final_gates is not None
    assert AuditEvent.objects.filter(name="promotion.promotion.outdated").count() == 1
    ask(version, actor=actor_of(engineer))


def test_a_deleted_version_ends_its_request(version: ModelVersion, engineer: User) -> None:
    ask(version, actor=actor_of(engineer))
    delete(version, "A mistake.", actor=ACTOR)
    assert outdate() == 1
    assert Promotion.objects.get().state == State.OUTDATED


def test_a_gate_alone_may_say_yes_again(version: ModelVersion, engineer: User) -> None:
    """S2-15: what a gate says is for the moment of the approval; until then the request waits."""
    demanding = dataclasses.replace(LENIENT, requires_card=True)
    policies.set_policy(version.model, demanding, actor=ACTOR)
    ask(version, actor=actor_of(engineer), override_reason="The card is being written.")
    fill_card(version.model)
    assert outdate() == 0
    assert Promotion.objects.get().state == State.WAITING
