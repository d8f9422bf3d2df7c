"""A system check: the table of roles keeps duties apart."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from .duties import clashes_in


@register(Tags.security)
def check_roles(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """No role that the portal comes with holds two duties that must stay apart."""
    from accounts.roles import ROLES

    return [
        Error(
            f"The role {role.name} would {clash}.",
            hint="Take one of the two duties out of the role in accounts/roles.py.",
            id="accounts.E101",
        )
        for role in ROLES.values()
        for clash in clashes_in(role.permissions)
    ]
