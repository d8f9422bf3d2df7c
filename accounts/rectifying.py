"""Correcting what an account says about its person."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from compliance.audit import Actor, record
from modelops.lib.errors import Invalid

from .audit_events import USER_RECTIFIED
from .models import User

FIELDS: Final[Mapping[str, str]] = {
    "first_name": "First name",
    "last_name": "Last name",
    "email": "E-mail address",
}


def rectify(users: Iterable[User], field: str, value: str, *, actor: Actor) -> list[str]:
    """Set ``field`` where it is another, and return what stood there; another address has to be confirmed anew."""
    if field == "email":
        _require_address(value)
    before = []
    for user in users:
        if (present := getattr(user, field)) == value:
            continue
        before.append(str(present))
        setattr(user, field, value)
        if field == "email":
            user.email_confirmed_at = None
        user.save(update_fields=[field, "email_confirmed_at"])
        record(USER_RECTIFIED, user, actor=actor, field=field)
    return before


def _require_address(value: str) -> None:
    try:
        validate_email(value)
    except ValidationError:
        raise Invalid(
            "That is no e-mail address; write it like name@example.org.", code="rectification.value", field="value"
        ) from None
