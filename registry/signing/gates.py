"""The signature gate among the gates of promotion."""

from registry.aliases.gate import Gate, gates
from registry.models import ModelVersion

from .gate import check


@gates.register("signature")
class SignatureGate(Gate):
    """A valid signature, where the model requires one."""

    label = "Signature"

    def check(self, version: ModelVersion) -> tuple[bool, str]:
        return check(version)
