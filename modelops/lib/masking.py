"""Personal values as they stand on pages until somebody asks for them and says why."""

HIDDEN = "***"


def masked_email(address: str) -> str:
    """The first letter of the name and of the domain; how long they are is not told.

    >>> masked_email("jane.doe@example.org"), masked_email("")
    ('j***@e***', '')
    """
    name, at, domain = address.partition("@")
    if not address:
        return ""
    return f"{name[:1]}{HIDDEN}@{domain[:1]}{HIDDEN}" if at else masked(address)


def masked(text: str) -> str:
    """The first letter.

    >>> masked("Jane"), masked("")
    ('J***', '')
    """
    return f"{text[:1]}{HIDDEN}" if text else ""
