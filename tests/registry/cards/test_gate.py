"""The card among the gates: what is not written down stops a promotion."""

import pytest
from django.test import Client

from accounts.models import User
from compliance.audit import Actor
from modelops.lib.errors import Conflict
from registry.aliases.models import Alias
from registry.cards.gates import CardGate
from registry.cards.impact.services import sign
from registry.cards.services import save_card
from registry.models import ModelVersion
from registry.promotion import policies
from registry.promotion.models import State
from registry.services.describing import classify
from tests.registry.promotion.promoting import LENIENT, approve, approver, ask
from tests.registry.samples import make_model, make_version

from .filled import fill_card, full_content
from .test_assessments import TEXTS

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("tests")


@pytest.fixture
def version(scientist: User) -> ModelVersion:
    """A version whose model asks for a card and for nothing else that is not there."""
    model = make_model(scientist)
    wanted = policies.Policy(**{**_lenient(), "requires_card": True})
    policies.set_policy(model, wanted, actor=ACTOR)
    return make_version(model, scientist)


def _lenient() -> dict[str, object]:
    return {name: getattr(LENIENT, name) for name in ("min_quality", "metric_tolerance", "blocks_on_alerts")}


def test_production_is_refused_while_required_fields_are_empty(version: ModelVersion, api: Client) -> None:
    """S2-76: promotion to production is refused while required card fields are empty; then it is approved."""
    classify(version.model, purpose="Advises the desk.", risk_class="high", actor=ACTOR)
    save_card(version.model, full_content(oversight=""), actor=ACTOR)
    with pytest.raises(Conflict) as refusal:
        ask(version)
    assert "human oversight" in str(refusal.value)
    assert not Alias.objects.exists()
    save_card(version.model, full_content(), actor=ACTOR)
    sign(version.model, TEXTS, actor=ACTOR)
    promotion = approve(ask(version), approver(1), approver(2))
    assert promotion.state == State.EXECUTED
    assert Alias.objects.get().version == version


def test_the_gate_says_what_is_missing(version: ModelVersion) -> None:
    """S2-76: an unclassified model is not promoted, whatever its card says."""
    passed, reason = CardGate().check(version)
    assert not passed
    assert "risk class, purpose, intended use" in reason
    save_card(version.model, full_content(), actor=ACTOR)
    assert not CardGate().check(version)[0]
    classify(version.model, purpose="Advises the desk.", risk_class="minimal", actor=ACTOR)
    assert CardGate().check(version)[0]


def test_a_prohibited_practice_never_passes(version: ModelVersion) -> None:
    """S2-76: no policy lets it through."""
    fill_card(version.model, "prohibited")
    policies.set_policy(version.model, LENIENT, actor=ACTOR)
    assert CardGate().check(version) == (
        False,
        "The model is classed as a prohibited practice, which is not put into use.",
    )
