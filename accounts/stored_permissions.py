"""The permissions that an account has in the database, by itself or by its groups; named actions widen them later."""

import uuid
from functools import lru_cache
from typing import Final

from django.db import connection
from django.db.models import TextField
from django.db.models.expressions import RawSQL

_NAMED: Final = """
SELECT type.app_label || '.' || permission.codename
FROM auth_permission permission JOIN django_content_type type ON type.id = permission.content_type_id
"""


def _ids_of(account: str) -> str:
    return f"""SELECT own.permission_id FROM accounts_user_user_permissions own WHERE own.user_id = {account}
        UNION ALL
        SELECT given.permission_id FROM accounts_user_groups member JOIN auth_group_permissions given USING (group_id)
        WHERE member.user_id = {account}"""  # noqa: S608  texts from here


_HELD: Final = f"{_NAMED} WHERE permission.id IN ({_ids_of('%(account)s')})"


def held_by_column(column: str) -> RawSQL:
    """What the account holds that ``column`` of a query's tables names, as a text for `names_of`.

    A superuser holds more than that. To put the names together would take PostgreSQL most of the time of a query that
    looks up a key, and they are the same for every request of a role.
    """
    return RawSQL(f"array_to_string(ARRAY({_ids_of(column)}), ',')", [], output_field=TextField())  # noqa: S611  a column's name


@lru_cache(maxsize=256)
def names_of(held: str) -> frozenset[str]:
    """The names of the permissions in a text of `held_by_column`.

    A permission keeps its name as long as it has its id: nothing but a migration gives another, and then to a new
    program. An id that is gone holds nothing.
    """
    ids = [int(one) for one in held.split(",") if one]
    with connection.cursor() as cursor:
        cursor.execute(f"{_NAMED} WHERE permission.id = ANY(%s)", [ids])
        return frozenset(name for (name,) in cursor.fetchall())


def stored_permissions(account: uuid.UUID, *, is_superuser: bool) -> set[str]:
    """Names such as "registry.view_dataset"; all there are for a superuser."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMED if is_superuser else _HELD, None if is_superuser else {"account": account})
        return {name for (name,) in cursor.fetchall()}
