"""Refusals that a caller can act upon: one class per kind of answer, a stable code, a message that says what to do."""

from typing import ClassVar


class DomainError(Exception):
    """A refused request. ``str(error)`` says what happened, what was expected and what to do; never a secret.

    ``code`` is stable and machine readable (``noun.reason``); ``field`` names the input at fault, if one is.
    """

    status: ClassVar[int] = 400
    code: str = "request.refused"
    leads_to: str = ""
    """Address of the portal page where a person can remedy the refusal; it gets the way back as ``?next=``."""
    leads_back: str = ""
    """The way back, where it is another than to the page that the person was on."""

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.field = field


class Invalid(DomainError):
    """The input cannot be used as it is."""

    status = 400
    code = "request.invalid"


class NotAllowed(DomainError):
    """The actor may not do this."""

    status = 403
    code = "permission.denied"


class NotFound(DomainError):
    """There is no such object, or the actor may not know of it."""

    status = 404
    code = "object.not_found"


class Conflict(DomainError):
    """The present state does not allow this."""

    status = 409
    code = "state.conflict"


class TooLarge(DomainError):
    """The body or the file is over the limit."""

    status = 413
    code = "request.too_large"


class UnsupportedFormat(DomainError):
    """The content is of a kind that is not taken here."""

    status = 415
    code = "format.unsupported"


class TooManyRequests(DomainError):
    """The actor must wait; ``retry_after_s`` says for how many seconds."""

    status = 429
    code = "request.slow_down"

    def __init__(self, message: str, *, retry_after_s: int, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after_s = retry_after_s


class Unavailable(DomainError):
    """Something that the portal needs is missing; nothing was stored and nothing was opened."""

    status = 503
    code = "service.unavailable"
