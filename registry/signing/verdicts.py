"""What the signatures of a version come to, under the demand of its model."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from registry.models import ModelVersion

from .bundle import Malformed, Untrusted, check_bundle, parse_bundle
from .keys import load_public_key
from .models import Demand, Origin, SignatureState, Signer, SigningPolicy, TrustedKey, VersionSignature
from .statement import BadSignature


@dataclass(frozen=True)
class Checked:
    """One bundle, looked at now."""

    state: SignatureState
    reason: str
    key: TrustedKey | None = None


@dataclass(frozen=True)
class Verdict:
    """State and reason for a version, and what its model demands."""

    state: SignatureState
    reason: str
    demand: Demand
    key: TrustedKey | None = None

    @property
    def is_valid(self) -> bool:
        return self.state == SignatureState.VALID

    @property
    def passes(self) -> bool:
        """Whether the version may be promoted."""
        return self.is_valid or self.demand != Demand.REQUIRE


def policy_of(version_or_model: object) -> tuple[Demand, Signer]:
    """Demand and signer of a model, or of the model of a version."""
    model_id = getattr(version_or_model, "model_id", None) or getattr(version_or_model, "pk", None)
    row = SigningPolicy.objects.filter(model_id=model_id).first()
    if row is None:
        return Demand(settings.MODELOPS_SIGNATURE_POLICY), Signer.ANY
    return Demand(row.demand), Signer(row.signer)


def signed_files(version: ModelVersion) -> dict[str, str]:
    """SHA-256 by name of what a signature of ``version`` is over: its file, or the files of its folder."""
    files = dict(version.files.values_list("path", "artifact__sha256")) if version.is_directory else {}
    return files or {version.artifact.file_name: version.artifact.sha256}


def check(said: object, version: ModelVersion) -> Checked:
    """One bundle against the files of ``version`` and the keys that are trusted for its model."""
    try:
        bundle = parse_bundle(said)
    except Malformed as fault:
        return Checked(SignatureState.INVALID, str(fault))
    rows = _trusted(version)
    revoked = {row.fingerprint: row for row in rows if row.revoked_at is not None}
    if bundle.hint in revoked:
        row = revoked[bundle.hint]
        return Checked(SignatureState.UNTRUSTED, f"The key {row} was revoked on {row.revoked_at:%-d %B %Y}.", row)
    live = {row.fingerprint: row for row in rows if row.revoked_at is None}
    keys = [load_public_key(row.pem) for row in live.values()]
    try:
        signer = check_bundle(bundle, keys, signed_files(version))
    except Untrusted as fault:
        return Checked(SignatureState.UNTRUSTED, str(fault))
    except BadSignature as fault:
        return Checked(SignatureState.INVALID, str(fault)[:300], live.get(bundle.hint))
    row = live[signer.fingerprint]
    return Checked(SignatureState.VALID, f"Signed by {row} ({row.algorithm}); every file is as it was signed.", row)


def verdict(version: ModelVersion) -> Verdict:
    """Look at the newest signature of each origin now. A bad one counts more than a good one of the other origin."""
    demand, wanted = policy_of(version)
    checked = [check(row.bundle, version) for row in newest(version)]
    by_state = {one.state: one for one in reversed(checked) if _counts(one, wanted)}
    if bad := next((one for one in checked if one.state == SignatureState.INVALID), None):
        return Verdict(bad.state, bad.reason, demand, bad.key)
    if good := by_state.get(SignatureState.VALID):
        return Verdict(good.state, good.reason, demand, good.key)
    if doubtful := next((one for one in checked if one.state == SignatureState.UNTRUSTED), None):
        return Verdict(doubtful.state, doubtful.reason, demand, doubtful.key)
    if checked:
        reason = "Only the portal has signed it; this model demands the signature of a trusted key."
        return Verdict(SignatureState.MISSING, reason, demand)
    return Verdict(SignatureState.MISSING, "There is no signature.", demand)


def newest(version: ModelVersion) -> list[VersionSignature]:
    """The newest uploaded signature and the portal's newest, as far as there are any."""
    found = []
    for origin in (Origin.UPLOADED, Origin.PORTAL):
        row = VersionSignature.objects.filter(version=version, origin=origin).order_by("-id").first()
        found += [row] if row else []
    return found


def _counts(one: Checked, wanted: Signer) -> bool:
    return wanted == Signer.ANY or (one.key is not None and not one.key.is_portal)


def _trusted(version: ModelVersion) -> Iterable[TrustedKey]:
    return list(TrustedKey.objects.filter(Q(model=None) | Q(model_id=version.model_id)))
