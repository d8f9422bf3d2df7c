"""The certificate of an erasure: what was erased, what is kept and why, signed so that anybody can check it offline."""

import hashlib
import json
import secrets
from typing import Any, Final

from compliance.audit.canonical import canonical_json
from compliance.audit.exporting.signing import key_file, signed

from ..models import ErasurePlan, StepState
from ..providers import Subject

SCHEMA: Final = "urn:modelops:erasure-certificate:1"


def issue(plan: ErasurePlan, subject: Subject) -> None:
    """Put the signed certificate and the salted hash of the person into ``plan``; the caller saves it."""
    plan.salt = secrets.token_hex(16)
    plan.subject_hash = subject_hash(plan.salt, subject)
    statement = _statement(plan)
    digest = hashlib.sha256(canonical_json(statement).encode()).digest()
    plan.certificate = json.dumps(
        {"statement": statement, "signature": signed(len(statement["parts"]), digest)}, indent=2, ensure_ascii=False
    )


def subject_hash(salt: str, subject: Subject) -> str:
    """SHA-256 of the salt and how the person is named: tells nothing to who does not know them."""
    return hashlib.sha256(f"{salt}:{subject.email or subject.ref}".encode()).hexdigest()


def keys() -> str:
    """The public keys that a certificate is checked with, one a line."""
    return key_file()


def _statement(plan: ErasurePlan) -> dict[str, Any]:
    steps = list(plan.steps.order_by("position"))
    request = plan.request
    return {
        "schema": SCHEMA,
        "certificate": str(plan.pk),
        "request": request.reference,
        "law": request.regime,
        "received_at": request.received_at.isoformat(),
        "erased_at": plan.finished_at.isoformat() if plan.finished_at else "",
        "swept_at": plan.swept_at.isoformat() if plan.swept_at else "",
        "complete": all(step.state == StepState.DONE for step in steps),
        "subject": {"salt": plan.salt, "sha256": plan.subject_hash},
        "parts": [
            {
                "data_class": step.provider,
                "what": step.label,
                "action": step.action if step.state == StepState.DONE else "kept",
                "found": step.rows,
                "erased": step.erased or 0,
                "reason": step.reason,
                "recheck_on": step.recheck_on.isoformat() if step.recheck_on else None,
            }
            for step in steps
        ],
        "models": [
            {"model": each.label, "trained_on": each.via, "stage": each.stage, "decision": each.decision}
            for each in plan.impacts.all()
        ],
    }
