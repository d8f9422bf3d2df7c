"""What an app can do for the rights besides access and erasure. Each has a default: most apps have nothing to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from compliance.audit import Actor

if TYPE_CHECKING:
    from ..providers import Subject


@dataclass(frozen=True, slots=True)
class Decided:
    """Something that a model decided, or helped to decide, about the person."""

    key: str
    label: str


class Rights:
    """Mixed into every provider of personal data. All runs in the caller's transaction and may run twice."""

    rectifiable: ClassVar[Mapping[str, str]] = {}
    """Fields that can be corrected here, with what each is called."""

    def rectify(self, subject: "Subject", field: str, value: str, *, actor: Actor) -> list[str]:
        """Set one of ``rectifiable`` wherever it is another, and return what stood there, once for each row."""
        return []

    def tell_owners(self, subject: "Subject", *, reference: str) -> int:
        """Tell those who keep data of the person that cannot be corrected here; returns how many were told."""
        return 0

    def restrict(self, subject: "Subject", *, reference: str, objects: bool, actor: Actor) -> int:
        """Store the person's data and use it for nothing; ``objects`` keeps new data out, too. Returns a count."""
        return 0

    def lift_restriction(self, *, reference: str, actor: Actor) -> None:
        """End what ``restrict`` began under this reference."""

    def is_restricted(self, *, reference: str) -> bool:
        """Whether a restriction stands under this reference."""
        return False

    def decisions(self, subject: "Subject") -> Iterable[Decided]:
        """What models decided about the person, newest first."""
        return ()
