"""Separation of duties: who asks never approves, and the alias moves when enough others have."""

import pytest

from accounts.actors import actor_of
from accounts.models import User
from compliance.audit.models import AuditEvent
from modelops.lib.errors import Conflict, NotAllowed
from registry.aliases import services as aliases
from registry.aliases.models import Alias, AliasChange
from registry.models import ModelVersion
from registry.promotion import deciding, requesting
from registry.promotion.models import Promotion, State

from .promoting import approve, approver, ask, promote

pytestmark = pytest.mark.django_db


def test_two_others_approve_and_the_alias_moves(version: ModelVersion, engineer: User) -> None:
    """S2-15, S2-40: one approval leaves it waiting, the second of somebody else completes it."""
    promotion = ask(version, actor=actor_of(engineer))
    promotion = approve(promotion, approver(1))
    assert promotion.state == State.WAITING
    assert not Alias.objects.exists()
    promotion = approve(promotion, approver(2))
    assert promotion.state == State.EXECUTED
    assert Alias.objects.get().version == version
    assert AliasChange.objects.get().gates[0]["gate"]
    assert {one["gate"] for one in promotion.final_gates} == {one["gate"] for one in promotion.gates} >= {"signature"}
    told = AuditEvent.objects.filter(name__startswith="promotion.promotion").order_by("id")
    assert [row.name.rpartition(".")[2] for row in told] == ["requested", "approved", "approved", "executed"]


def test_the_requester_cannot_approve(version: ModelVersion, engineer: User) -> None:
    """S2-15: not even with the permission."""
    promotion = ask(version, actor=actor_of(engineer))
    with pytest.raises(NotAllowed) as refused:
        approve(promotion, engineer)
    assert refused.value.code == "promotion.own_request"
    with pytest.raises(NotAllowed):
        deciding.reject(promotion, "No.", actor=actor_of(engineer))


def test_the_same_person_counts_once(version: ModelVersion, engineer: User) -> None:
    """S2-40."""
    promotion = approve(ask(version, actor=actor_of(engineer)), approver(1))
    with pytest.raises(Conflict) as refused:
        approve(promotion, approver(1))
    assert refused.value.code == "promotion.approved_already"
    assert Promotion.objects.get().state == State.WAITING


def test_a_protected_alias_does_not_move_directly(version: ModelVersion, engineer: User) -> None:
    with pytest.raises(Conflict) as refused:
        aliases.set_alias(version.model, "Production", version, actor=actor_of(engineer))
    assert refused.value.code == "alias.needs_promotion"
    assert AuditEvent.objects.filter(name="aliases.alias.refused", outcome="denied").exists()
    aliases.set_alias(version.model, "candidate", version, actor=actor_of(engineer))
    with pytest.raises(Exception, match="not protected"):
        ask(version, "candidate")


def test_the_helper_of_other_tests_promotes(version: ModelVersion) -> None:
    assert promote(version).state == State.EXECUTED
    with pytest.raises(Conflict) as refused:
        requesting.request(version, "production", actor=actor_of(approver(1)))
    assert refused.value.code == "promotion.already_live"
