"""The provenance gate: was this version built by somebody whom its model accepts?"""

from registry.aliases.gate import Gate, gates
from registry.models import ModelVersion
from registry.promotion.policies import policy_for

from .models import AttestationState
from .verdicts import look, newest


@gates.register("provenance")
class ProvenanceGate(Gate):
    """An attestation that holds, of an issuer on the model's list."""

    label = "Provenance"

    def check(self, version: ModelVersion) -> tuple[bool, str]:
        accepted = {issuer.strip() for issuer in policy_for(version.model).provenance_issuers}
        if not accepted:
            return True, "The model demands no attestation."
        others, bad = [], []
        for row in newest(version):
            found = look(row)
            if found.state != AttestationState.VALID:
                bad.append(found.reason)
            elif row.issuer in accepted:
                return True, f"{row.get_kind_display()} of {row.issuer}. {found.reason}"
            else:
                others.append(row.issuer)
        if others:
            return False, f"It is attested by {others[0]}, which is not among the issuers that this model accepts."
        if bad:
            return False, f"The attestation does not count: {bad[0]}"
        return False, "There is no attestation of how it was built; add one of an issuer that this model accepts."
