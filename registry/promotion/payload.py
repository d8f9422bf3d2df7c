"""What exactly is approved: one value in canonical form, and its digest. Any difference is another request."""

import hashlib
from typing import Any

from compliance.audit.canonical import canonical_json
from registry.aliases.gate import Outcome
from registry.aliases.models import Alias
from registry.models import ModelVersion
from registry.signing.verdicts import signed_files, verdict

from .policies import Policy

# What the parts are called when one of them is not as it was.
PARTS = {
    "model": "the model",
    "alias": "the alias",
    "kind": "the kind",
    "from": "where the alias points",
    "version": "the version",
    "files": "the files",
    "signature": "the signature",
    "gates": "the answers of the gates",
    "policy": "the policy",
    "override": "the override",
}


def payload_of(
    alias: str, version: ModelVersion, outcomes: list[Outcome], policy: Policy, *, kind: str, override: str
) -> dict[str, Any]:
    """Everything that an approver says yes to, looked at now.

    A gate that passes may word its reason anew; of one that is passed by, the very reason was approved.
    """
    signature = verdict(version)
    return {
        "model": {"id": str(version.model_id), "name": version.model.name},
        "alias": alias,
        "kind": kind,
        "from": live_number(version, alias),
        "version": {"id": str(version.pk), "number": version.number, "state": str(version.state)},
        "files": dict(sorted(signed_files(version).items())),
        "signature": {
            "state": str(signature.state),
            "demand": str(signature.demand),
            "key": signature.key.fingerprint if signature.key else "",
        },
        "gates": [
            {"gate": one.gate, "passed": one.passed, "reason": "" if one.passed else one.reason}
            for one in sorted(outcomes, key=lambda one: one.gate)
        ],
        "policy": _exact(policy.as_dict()) | {"needed": needed_for(policy, alias, override=bool(override))},
        "override": override,
    }


def _exact(said: dict[str, Any]) -> dict[str, Any]:
    """Numbers as text: what comes back from the database must have the same canonical form."""
    return {name: repr(value) if isinstance(value, float) else value for name, value in said.items()}


def needed_for(policy: Policy, alias: str, *, override: bool) -> int:
    """How many people must approve; passing a gate by takes one more."""
    return policy.approvals_for(alias) + int(override)


def live_number(version: ModelVersion, alias: str) -> int | None:
    """The version of the same model at which ``alias`` points now."""
    found = Alias.objects.filter(model_id=version.model_id, name=alias).values_list("version__number", flat=True)
    return found.first()


def digest_of(payload: dict[str, Any]) -> str:
    """SHA-256 of the canonical form."""
    return hashlib.sha256(canonical_json(payload).encode()).hexdigest()


def differences(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Which parts are not as they were, in words."""
    return [words for part, words in PARTS.items() if canonical_json(before.get(part)) != canonical_json(now.get(part))]
