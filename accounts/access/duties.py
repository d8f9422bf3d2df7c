"""Duties that stay apart: no everyday role holds two of them, and no person through two roles."""

from collections.abc import Iterable
from dataclasses import dataclass

from modelops.lib.implied import with_implied


@dataclass(frozen=True, slots=True)
class Duty:
    """Whoever holds one of ``permissions`` has this duty."""

    label: str
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Clash:
    """Two duties that one person must not have, and why."""

    one: Duty
    other: Duty
    why: str

    def __str__(self) -> str:
        return f"{self.one.label} and {self.other.label}: {self.why}"


KEYS = Duty(
    "keep keys",
    frozenset({"crypto.add_keyversion", "crypto.change_keyversion", "keys.add_approval", "keys.change_rotation"}),
)
APPROVAL = Duty("approve", frozenset({"keys.change_approval"}))
ACCOUNTS = Duty(
    "give rights",
    frozenset(
        {
            "accounts.add_user",
            "accounts.change_user",
            "accounts.add_invitation",
            "accounts.change_invitation",
            "auth.change_group",
        }
    ),
)
# Not the right to look into a held file: it reaches nothing that is in use, and each use has its reason in the ledger.
FILES = Duty("open files", frozenset({"registry.download_artifact", "registry.view_parameters"}))
WORK = Duty(
    "work on models and data",
    frozenset(
        {
            "registry.add_registeredmodel",
            "registry.add_modelversion",
            "registry.change_registeredmodel",
            "registry.delete_registeredmodel",
            "registry.add_dataset",
            "registry.add_datasetversion",
            "registry.change_dataset",
            "registry.delete_dataset",
            "aliases.add_alias",
            "dataquality.add_qualityrun",
            "monitoring.add_driftrun",
        }
    ),
)
REVIEW = Duty("review access", frozenset({"reviews.change_accessreview"}))

CLASHES = (
    Clash(KEYS, APPROVAL, "every step of a key but the urgent ones takes two people"),
    Clash(KEYS, ACCOUNTS, "who gives rights could become the second person"),
    Clash(KEYS, FILES, "who can reach a key needs no way to what it protects"),
    Clash(ACCOUNTS, WORK, "who gives rights could give them to the own work"),
    Clash(ACCOUNTS, FILES, "who gives rights could give themselves every file"),
    Clash(ACCOUNTS, REVIEW, "nobody reviews the rights that they gave"),
)


def clashes_in(permissions: Iterable[str]) -> list[Clash]:
    """The pairs of duties that these permissions bring together; named actions count as what they hold."""
    held = with_implied(permissions)
    return [clash for clash in CLASHES if held & clash.one.permissions and held & clash.other.permissions]
