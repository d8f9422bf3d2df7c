"""Passwords in one form: what is typed is normalised before it is hashed, checked or compared."""

import unicodedata
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from modelops.lib.errors import Invalid

if TYPE_CHECKING:
    from .models import User

# Longer than any passphrase, short enough that hashing it costs what hashing any other costs.
LONGEST = 256


def normalise(password: str) -> str:
    """NFKC, so that a password typed on another keyboard or system stays the same (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def validated(password: str, user: "User") -> str:
    """The normalised password when it may be set; raises Invalid with every reason otherwise."""
    normal = normalise(password)
    if len(normal) > LONGEST:
        raise Invalid(
            f"The password has {len(normal)} characters; at most {LONGEST} are allowed.",
            code="password.too_long",
            field="password",
        )
    try:
        validate_password(normal, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), code="password.refused", field="password") from None
    return normal
