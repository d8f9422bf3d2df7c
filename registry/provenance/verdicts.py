"""What the attestations of a version come to now: a key that was revoked since, or an issuer, counts no more."""

from dataclasses import dataclass

from django.db.models import Q

from accounts.workload.models import TrustedIssuer
from registry.models import ModelVersion
from registry.signing.keys import load_public_key
from registry.signing.models import TrustedKey
from registry.signing.verdicts import signed_files

from .models import Attestation, AttestationState, Kind
from .statement import Malformed, NotProven, Provenance, Untrusted, check, parse

MOST_LOOKED_AT = 100


@dataclass(frozen=True)
class Checked:
    """One attestation, looked at now."""

    state: AttestationState
    reason: str
    key: TrustedKey | None = None


def newest(version: ModelVersion) -> list[Attestation]:
    """The attestations of a version, newest first."""
    rows = Attestation.objects.filter(version=version).select_related("key").order_by("-id")
    return list(rows[:MOST_LOOKED_AT])


def look(row: Attestation) -> Checked:
    """One attestation against the files of its version and who is trusted now."""
    if row.kind == Kind.JOB:
        return _look_at_job(row.issuer)
    try:
        found = parse(row.envelope)
    except Malformed as fault:
        return Checked(AttestationState.INVALID, str(fault)[:300])
    return look_at_statement(found, row.version)


def look_at_statement(found: Provenance, version: ModelVersion) -> Checked:
    """A builder's statement against the files of ``version`` and the keys that are trusted for its model."""
    trusted = TrustedKey.objects.filter(Q(model=None) | Q(model_id=version.model_id), revoked_at=None, is_portal=False)
    rows = {row.fingerprint: row for row in trusted}
    try:
        signer = check(found, [load_public_key(row.pem) for row in rows.values()], signed_files(version).values())
    except Untrusted as fault:
        return Checked(AttestationState.UNTRUSTED, str(fault))
    except NotProven as fault:
        return Checked(AttestationState.INVALID, str(fault)[:300])
    key = rows[signer.fingerprint]
    return Checked(AttestationState.VALID, f"Signed by {key}; it names every file of the version.", key)


def _look_at_job(issuer: str) -> Checked:
    if TrustedIssuer.objects.filter(issuer=issuer, is_active=True).exists():
        return Checked(AttestationState.VALID, "The portal saw the token of the job that registered the version.")
    return Checked(AttestationState.UNTRUSTED, "The issuer of the job's token is not trusted any more.")
