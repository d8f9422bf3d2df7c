"""Who acts. An opaque reference: erasing an account neither changes nor removes what it did."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["user", "service", "system", "anonymous"]


@dataclass(frozen=True)
class Actor:
    """``ref`` is the account's id, or the name of a part of the portal; never a personal value."""

    kind: Kind
    ref: str

    @classmethod
    def system(cls, part: str) -> "Actor":
        """A part of the portal that acts by itself: "scheduler", "setup"."""
        return cls("system", part)

    @classmethod
    def anonymous(cls) -> "Actor":
        """Somebody who has not signed in."""
        return cls("anonymous", "")
