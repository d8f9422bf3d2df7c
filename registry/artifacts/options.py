"""How new files are sealed: cipher, digests and codec, each from a closed list of the settings."""

from dataclasses import dataclass

from django.conf import settings

from modelops.crypto.stream import Algorithm
from modelops.crypto.stream.digests import allowed
from modelops.lib.errors import Unavailable

CODECS = ("auto", "none", "zstd")
LEVELS = range(1, 20)


@dataclass(frozen=True, slots=True)
class SealingOptions:
    """``codec`` is "auto" where the content decides."""

    algorithm: Algorithm
    digests: tuple[str, ...]
    codec: str
    level: int


def sealing_options() -> SealingOptions:
    """What the settings say. Raises Unavailable for a value that is not on the list: nothing is sealed by a guess."""
    try:
        return read_options()
    except ValueError as error:
        raise Unavailable(f"No file can be taken. {error}", code="artifact.bad_setting") from None


def read_options() -> SealingOptions:
    """The same; raises ValueError that names the setting."""
    return SealingOptions(_algorithm(), _digests(), _codec(), _level())


def _algorithm() -> Algorithm:
    try:
        return Algorithm.named(settings.MODELOPS_ARTIFACT_CIPHER)
    except ValueError as error:
        raise ValueError(f"MODELOPS_ARTIFACT_CIPHER: {error}") from None


def _digests() -> tuple[str, ...]:
    try:
        names = allowed(settings.MODELOPS_ARTIFACT_DIGESTS)
    except ValueError as error:
        raise ValueError(f"MODELOPS_ARTIFACT_DIGESTS: {error}") from None
    if "sha256" not in names:
        raise ValueError("MODELOPS_ARTIFACT_DIGESTS: sha256 names each file, so it must be in the list.")
    return names


def _codec() -> str:
    if settings.MODELOPS_ARTIFACT_CODEC not in CODECS:
        known = ", ".join(CODECS)
        raise ValueError(f"MODELOPS_ARTIFACT_CODEC: {settings.MODELOPS_ARTIFACT_CODEC!r} is none of {known}.")
    return str(settings.MODELOPS_ARTIFACT_CODEC)


def _level() -> int:
    level = settings.MODELOPS_ZSTD_LEVEL
    if level not in LEVELS:
        raise ValueError(f"MODELOPS_ZSTD_LEVEL: {level} is not between {LEVELS[0]} and {LEVELS[-1]}.")
    return int(level)
