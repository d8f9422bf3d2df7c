"""The signature gate: may this version be promoted?"""

from registry.models import ModelVersion

from .verdicts import verdict


def check(version: ModelVersion) -> tuple[bool, str]:
    """Whether the version passes, and the reason in a sentence. It fails only where its model requires signatures."""
    found = verdict(version)
    return found.passes, found.reason
