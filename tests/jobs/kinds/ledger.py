"""Jobs about keys and the ledger."""

from compliance.keys import rotations
from compliance.keys.models import FINISHED, Rotation
from compliance.ledger_desk import verification
from compliance.ledger_desk.models import Verification
from modelops.crypto.decisions import by_shell
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.states import Reason
from tests.dataquality.datasets import ACTOR

from .world import Asked, Case, World


def _rotate(world: World) -> Asked | None:
    if Rotation.objects.exclude(state__in=FINISHED).exists():
        return None
    key = KeyVersion.objects.get(purpose=Purpose.ARTIFACT, state=KeyState.ACTIVE)
    rotation = rotations.rotate(key, decision=by_shell(Reason.DRILL))
    assert rotation.job_id is not None
    return rotation.job_id, str(rotation.pk)


def _ledger(world: World) -> Asked:
    return verification.ask_for_verification(actor=ACTOR).pk, None  # type: ignore[attr-defined]


CASES = {
    "keys.rotate": Case(
        _rotate,
        "keys.rotation.finished",
        lambda world: Rotation.objects.filter(state="succeeded", failed=0).count(),
    ),
    "ledger_desk.verify": Case(
        _ledger,
        "audit.ledger.verified",
        lambda world: Verification.objects.count(),
    ),
}
