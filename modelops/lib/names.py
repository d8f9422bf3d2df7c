"""Names that people give to models, datasets and channels."""

import re

from .errors import Invalid

NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
_NAME = re.compile(NAME_PATTERN)


def validate_name(value: object, what: str) -> str:
    """Return ``value`` when it can name a ``what`` in addresses, files and logs; raise Invalid otherwise.

    Names stand in URLs and audit sentences, so they are ASCII letters, digits, dot, hyphen and underscore, at most
    100 characters, and begin with a letter or digit: no slash, no space, no hidden characters.
    """
    if not isinstance(value, str) or not value:
        raise Invalid(f"A {what} needs a name.", code="name.missing", field="name")
    if len(value) > 100:
        raise Invalid(
            f"The {what} name has {len(value)} characters; at most 100 are allowed.", code="name.invalid", field="name"
        )
    if not _NAME.fullmatch(value):
        raise Invalid(
            f"A {what} name begins with a letter or digit and holds only letters, digits, '.', '-' and '_'.",
            code="name.invalid",
            field="name",
        )
    return value
