"""Requests of data subjects, the bundles that answer them, and erasures."""

from .bundle import SubjectBundle
from .delivery import BundleDelivery
from .drill import DrillOutcome, ErasureDrill
from .erasure import Decision, ErasurePlan, ErasureStep, LegalHold, ModelImpact, PlanState, StepState
from .identity import IdentityCheck
from .request import KINDS_OF, Kind, ReferenceCounter, Regime, State, SubjectRequest

__all__ = [
    "KINDS_OF",
    "BundleDelivery",
    "Decision",
    "DrillOutcome",
    "ErasureDrill",
    "ErasurePlan",
    "ErasureStep",
    "IdentityCheck",
    "Kind",
    "LegalHold",
    "ModelImpact",
    "PlanState",
    "ReferenceCounter",
    "Regime",
    "State",
    "StepState",
    "SubjectBundle",
    "SubjectRequest",
]
