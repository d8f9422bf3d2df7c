"""What a service refuses, shown in the form that asked for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from .errors import DomainError


class ShowsRefusals(Protocol):
    """A form that puts a refusal beside the field at fault."""

    def refuse(self, refusal: DomainError) -> None:
        """Show it."""


@contextmanager
def refusals_shown(form: ShowsRefusals) -> Iterator[None]:
    """Within, a refusal ends the block and is shown in ``form``; what is no fault of the asker is raised."""
    try:
        yield
    except DomainError as refusal:
        if refusal.status >= 500:
            raise
        form.refuse(refusal)
