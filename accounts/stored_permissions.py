"""The permissions that an account has in the database, by itself or by its groups; named actions widen them later."""

import uuid
from typing import Final

from django.db import connection

_NAMED: Final = """
SELECT type.app_label || '.' || permission.codename
FROM auth_permission permission JOIN django_content_type type ON type.id = permission.content_type_id
"""
_HELD: Final = f"""{_NAMED} WHERE permission.id IN (
    SELECT own.permission_id FROM accounts_user_user_permissions own WHERE own.user_id = %(account)s
    UNION ALL
    SELECT given.permission_id FROM accounts_user_groups member JOIN auth_group_permissions given USING (group_id)
    WHERE member.user_id = %(account)s
)"""  # noqa: S608  texts from here


def stored_permissions(account: uuid.UUID, *, is_superuser: bool) -> set[str]:
    """Names such as "registry.view_dataset"; all there are for a superuser."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMED if is_superuser else _HELD, None if is_superuser else {"account": account})
        return {name for (name,) in cursor.fetchall()}
