"""The permissions that an account has in the database, by itself or by its groups; named actions widen them later."""

import uuid
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import TextField
from django.db.models.expressions import RawSQL

_NAMED: Final = """
SELECT type.app_label || '.' || permission.codename
FROM auth_permission permission JOIN django_content_type type ON type.id = permission.content_type_id
"""


def _held_by(account: str) -> str:
    return f"""{_NAMED} WHERE permission.id IN (
        SELECT own.permission_id FROM accounts_user_user_permissions own WHERE own.user_id = {account}
        UNION ALL
        SELECT given.permission_id FROM accounts_user_groups member JOIN auth_group_permissions given USING (group_id)
        WHERE member.user_id = {account}
    )"""  # noqa: S608  texts from here


_HELD: Final = _held_by("%(account)s")


def held_by_column(column: str) -> RawSQL:
    """The same within a query, as an array of names: of the account that ``column`` of its tables names.

    A superuser holds more than that.
    """
    return RawSQL(f"ARRAY({_held_by(column)})", [], output_field=ArrayField(TextField()))  # noqa: S611  a column's name


def stored_permissions(account: uuid.UUID, *, is_superuser: bool) -> set[str]:
    """Names such as "registry.view_dataset"; all there are for a superuser."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMED if is_superuser else _HELD, None if is_superuser else {"account": account})
        return {name for (name,) in cursor.fetchall()}
