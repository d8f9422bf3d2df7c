"""A protected alias moves through a request that two others approve; other tests get it so with one call."""

from accounts.actors import actor_of
from accounts.models import User
from compliance.audit import Actor
from registry.models import ModelVersion, RegisteredModel
from registry.promotion import deciding, policies, requesting
from registry.promotion.models import Promotion, PromotionPolicy
from tests.accounts.people import make_user

ASKER = Actor.system("test")
LENIENT = policies.Policy(min_quality=None, metric_tolerance=None, requires_card=False, blocks_on_alerts=False)


def approver(number: int = 1, role: str = "Compliance officer") -> User:
    """Somebody who may approve; the same account for the same number."""
    name = f"approver_{number}"
    return User.objects.filter(username=name).first() or make_user(name, role)


def be_lenient(model: RegisteredModel) -> None:
    """Let the gates that ask for data, cards and metrics pass, where the model has no policy of its own."""
    if not PromotionPolicy.objects.filter(model=model).exists():
        policies.set_policy(model, LENIENT, actor=ASKER)


def ask(version: ModelVersion, alias: str = "production", *, actor: Actor = ASKER, **said: str) -> Promotion:
    """A request that waits."""
    return requesting.request(version, alias, actor=actor, **said)


def approve(promotion: Promotion, *people: User) -> Promotion:
    """These people approve, one after the other."""
    for user in people:
        promotion = deciding.approve(promotion, actor=actor_of(user))
    return promotion


def promote(version: ModelVersion, alias: str = "production", *, lenient: bool = True) -> Promotion:
    """Point a protected alias at ``version``: asked for, approved by as many as it needs."""
    if lenient:
        be_lenient(version.model)
    promotion = ask(version, alias)
    return approve(promotion, *(approver(number) for number in range(1, promotion.approvals_needed + 1)))
