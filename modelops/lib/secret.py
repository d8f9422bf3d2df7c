"""A secret that cannot be printed by accident."""

from typing import Final

_STARS: Final = "********"


class Secret:
    """Text that shows as stars wherever it is printed, logged, formatted or serialised; `reveal` gives it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself; hand it straight to what needs it."""
        return self._text

    def __str__(self) -> str:
        return _STARS

    def __repr__(self) -> str:
        return f"Secret({_STARS!r})"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce__(self) -> str:
        raise TypeError("A secret is not serialised.")
