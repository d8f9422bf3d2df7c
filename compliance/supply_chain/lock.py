"""The packages in use: those that the lock pins, and what of them is installed here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

from django.conf import settings

_PIN: Final = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)")
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Package:
    """``name`` is normalised (PEP 503); ``hashes`` are SHA-256 of the distributions that the lock allows."""

    name: str
    version: str
    hashes: tuple[str, ...] = field(default=())

    @property
    def purl(self) -> str:
        """Its package URL."""
        return f"pkg:pypi/{self.name}@{self.version.replace('+', '%2B')}"


def normalised(name: str) -> str:
    """The name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(path: Path) -> Iterator[Package]:
    """The pins of a lock with hashes, in its order."""
    pin: tuple[str, str] | None = None
    hashes: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := _PIN.match(line):
            if pin:
                yield Package(*pin, tuple(hashes))
            pin, hashes = (normalised(match[1]), match[2]), []
        hashes += _HASH.findall(line)
    if pin:
        yield Package(*pin, tuple(hashes))


def locked() -> list[Package]:
    """What this release pins."""
    return list(read_lock(Path(settings.BASE_DIR) / "requirements.txt"))


@cache
def _installed() -> dict[str, str]:
    return {normalised(one.metadata["Name"]): one.version for one in metadata.distributions() if one.metadata["Name"]}


def in_use() -> list[Package]:
    """Each package once, at the version that is installed here: what runs may be other than what was meant to.

    A lock pins a package once for each platform and Python that needs another version.
    """
    here = _installed()
    found: dict[tuple[str, str], Package] = {}
    for one in locked():
        version = here.get(one.name, one.version)
        if version == one.version or (one.name, version) not in found:
            hashes = one.hashes if version == one.version else ()
            found[one.name, version] = Package(one.name, version, hashes)
    return list(found.values())
