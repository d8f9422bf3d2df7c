"""An approval is bound to exactly what was asked for: whatever changes ends the request, and time ends it too."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actors import actor_of
from accounts.models import User
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops.lib.errors import Conflict
from registry.aliases import services as aliases
from registry.aliases.models import Alias
from registry.deletion.services import delete
from registry.models import ModelVersion
from registry.promotion import closing, deciding, policies, requesting
from registry.promotion.models import Promotion, State
from registry.promotion.tasks import expire
from registry.signing import services as signing
from tests.registry.samples import make_version
from tests.registry.signing.bundles import new_key, pem_of, signed

from .promoting import LENIENT, approve, approver, ask, promote

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")


def _sign_badly(version: ModelVersion) -> None:
    key = new_key()
    signing.trust_key("ci", pem_of(key), actor=ACTOR)
    signing.add_signature(version, signed({"model.safetensors": b"other"}, key), actor=ACTOR)


def _demand_signatures(version: ModelVersion) -> None:
    signing.set_policy(version.model, "require", "trusted", actor=ACTOR)


def _another_policy(version: ModelVersion) -> None:
    wanted = policies.Policy(min_quality=None, metric_tolerance=1.5, requires_card=False, blocks_on_alerts=False)
    policies.set_policy(version.model, wanted, actor=ACTOR)


def _set_alias(version: ModelVersion) -> None:
    other = ModelVersion.objects.select_related("model").get(model=version.model, number=2)
    aliases.move(version.model, "production", other, [], actor=ACTOR)


def _delete(version: ModelVersion) -> None:
    delete(version, "A mistake.", actor=ACTOR)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_sign_badly, "the signature"),
        (_demand_signatures, "the answers of the gates"),
        (_another_policy, "the policy"),
        (_set_alias, "where the alias points"),
        (_delete, "the version"),
    ],
)
def test_whatever_changes_ends_the_request(
    version: ModelVersion, engineer: User, change: Callable[[ModelVersion], None], said: str
) -> None:
    """S2-15: an approval is bound to the exact payload; execution asks every gate again and stores both answers."""
    make_version(version.model, engineer)
    promotion = approve(ask(version, actor=actor_of(engineer)), approver(1))
    change(version)
    with pytest.raises(Conflict) as refused:
        approve(promotion, approver(2))
    assert refused.value.code == "promotion.outdated"
    assert said in str(refused.value)
    closed = Promotion.objects.get()
    assert closed.state == State.OUTDATED
    assert closed.final_gates is not None
    assert not Alias.objects.filter(version=version).exists()
    assert AuditEvent.objects.filter(name="promotion.promotion.outdated").count() == 1
    with pytest.raises(Conflict) as again:
        approve(closed, approver(2))
    assert again.value.code == "promotion.decided"


def test_what_the_approver_saw_is_what_is_approved(version: ModelVersion, engineer: User) -> None:
    promotion = ask(version, actor=actor_of(engineer))
    with pytest.raises(Conflict) as refused:
        deciding.approve(promotion, digest="0" * 64, actor=actor_of(approver(1)))
    assert refused.value.code == "promotion.other_payload"
    deciding.approve(promotion, digest=promotion.payload_digest, actor=actor_of(approver(1)))


def test_a_request_that_was_altered_in_the_database_moves_nothing(version: ModelVersion, engineer: User) -> None:
    """S2-15: the row and its digest are one; a payload written past the services is no approval."""
    promotion = approve(ask(version, actor=actor_of(engineer)), approver(1))
    with connection.cursor() as cursor:
        cursor.execute('UPDATE promotion_promotion SET payload = payload || \'{"alias": "champion"}\'')
    with pytest.raises(Conflict):
        approve(promotion, approver(2))
    assert not Alias.objects.exists()


def test_an_approval_of_somebody_who_may_not_any_more_does_not_count(version: ModelVersion, engineer: User) -> None:
    """S2-15: who approved and lost the role since is not one of two."""
    first = approver(1)
    promotion = approve(ask(version, actor=actor_of(engineer)), first)
    first.groups.clear()
    promotion = approve(promotion, approver(2))
    assert promotion.state == State.WAITING
    assert approve(promotion, approver(3)).state == State.EXECUTED


def test_nobody_decides_in_time(version: ModelVersion, engineer: User) -> None:
    """S2-15: 72 hours, then the schedule closes it and another can be asked for."""
    promotion = ask(version, actor=actor_of(engineer))
    assert promotion.expires_at - promotion.created_at == dt.timedelta(hours=72)
    Promotion.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    promotion.refresh_from_db()
    with pytest.raises(Conflict) as refused:
        approve(promotion, approver(1))
    assert refused.value.code == "promotion.expired"
    assert expire() == 1
    assert closing.expire_due() == 0
    promotion.refresh_from_db()
    assert promotion.state == State.EXPIRED
    assert promotion.decided_at is not None
    ask(version, actor=actor_of(engineer))


def test_a_late_request_makes_room_for_the_next(version: ModelVersion, engineer: User) -> None:
    ask(version, actor=actor_of(engineer))
    Promotion.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    ask(version, actor=actor_of(engineer))
    assert sorted(Promotion.objects.values_list("state", flat=True)) == ["expired", "waiting"]


def test_six_promotions_leave_one_waiting(version: ModelVersion, engineer: User) -> None:
    ask(version, actor=actor_of(engineer))
    for _ in range(5):
        with pytest.raises(Conflict) as refused:
            ask(version, actor=actor_of(engineer))
        assert refused.value.code == "promotion.waiting_already"
    assert Promotion.objects.count() == 1


def test_withdrawing_and_rejecting(version: ModelVersion, engineer: User) -> None:
    promotion = ask(version, actor=actor_of(engineer))
    with pytest.raises(Exception, match="Only who asked"):
        requesting.withdraw(promotion, actor=actor_of(approver(1)))
    assert requesting.withdraw(promotion, actor=actor_of(engineer)).state == State.WITHDRAWN
    promotion = ask(version, actor=actor_of(engineer))
    with pytest.raises(Exception, match="Say why"):
        deciding.reject(promotion, "  ", actor=actor_of(approver(1)))
    rejected = deciding.reject(promotion, "Not before the review.", actor=actor_of(approver(1)))
    assert (rejected.state, rejected.decision_reason) == (State.REJECTED, "Not before the review.")


def test_going_back_is_marked_and_takes_the_same_way(version: ModelVersion, engineer: User) -> None:
    """S2-15: a rollback needs the same approvals."""
    second = make_version(version.model, engineer)
    promote(version)
    promote(second)
    back = ask(version, actor=actor_of(engineer))
    assert (back.kind, back.from_number) == ("rollback", 2)
    assert approve(back, approver(1)).state == State.WAITING
    assert approve(back, approver(2)).state == State.EXECUTED
    assert Alias.objects.get().version == version


def test_a_policy_only_raises_the_number(version: ModelVersion, engineer: User) -> None:
    """S2-40: per model and per alias, never under the setting."""
    with pytest.raises(Exception, match="can only raise"):
        policies.set_policy(version.model, policies.Policy(approvals=1), actor=ACTOR)
    stricter = {name: getattr(LENIENT, name) for name in ("min_quality", "metric_tolerance", "requires_card")}
    wanted = policies.Policy(**stricter, blocks_on_alerts=False, approvals=3, alias_approvals={"production": 4})
    policies.set_policy(version.model, wanted, actor=ACTOR)
    assert ask(version, "champion", actor=actor_of(engineer)).approvals_needed == 3
    promotion = ask(version, actor=actor_of(engineer))
    assert promotion.approvals_needed == 4
    promotion = approve(promotion, approver(1), approver(2), approver(3))
    assert promotion.state == State.WAITING
    assert approve(promotion, approver(4)).state == State.EXECUTED
    told = AuditEvent.objects.filter(name="promotion.policy.changed").order_by("id").last()
    assert told is not None
    assert told.details["changed"] == "alias_approvals, approvals"
