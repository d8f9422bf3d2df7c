"""A session, its account and its factor in one read: what a request costs for being signed in.

Every request reads PostgreSQL, and nothing else: a cache in front could be emptied, fall behind or be put back to an
older state by whoever writes to it, so it would need a look into PostgreSQL to be believed, which costs what reading
the row costs (docs/explanation/sessions.md has the figures). What is cached is the text of the query.
"""

from functools import lru_cache

from django.apps import apps
from django.db import connection
from django.db.models import Field, Model
from django_otp.models import Device as Factor

from accounts.models import Session, User

_ALIAS = "default"


def find(digest: bytes) -> Session | None:
    """The session of a keyed digest, with its account if it has one, and whether its factor still stands."""
    statement, session_names, user_names = _statement()
    with connection.cursor() as cursor:
        cursor.execute(statement, [digest])
        values = cursor.fetchone()
    if values is None:
        return None
    session = Session.from_db(_ALIAS, session_names, values[: len(session_names)])
    if session.user_id is not None:
        session.user = User.from_db(_ALIAS, user_names, values[len(session_names) : -1])
        session.factor_stands = values[-1]
    return session


@lru_cache(maxsize=1)
def _statement() -> tuple[str, list[str], list[str]]:
    """The query and the names of what it gives; a column that needs converting is read when it is asked for."""
    session, user = _plain(Session), _plain(User)
    columns = [_column("s", field) for field in session] + [_column("u", field) for field in user]
    columns.append(" OR ".join(map(_stands, _factors())))
    joined = (
        f"SELECT {', '.join(columns)} FROM {_name(Session._meta.db_table)} s"  # noqa: S608  names of models
        f" LEFT JOIN {_name(User._meta.db_table)} u ON u.id = s.user_id WHERE s.key_digest = %s"
    )
    return joined, [field.attname for field in session], [field.attname for field in user]


def _factors() -> list[type[Model]]:
    """Every kind of second factor: apps, passkeys, and what may come."""
    return [model for model in apps.get_models() if issubclass(model, Factor)]


def _stands(factor: type[Model]) -> str:
    table = _name(factor._meta.db_table)
    return f"EXISTS (SELECT FROM {table} f WHERE f.id = s.factor_id AND f.user_id = s.user_id AND f.confirmed)"


def _plain(model: type[Model]) -> list["Field"]:
    return [field for field in model._meta.concrete_fields if not field.get_db_converters(connection)]


def _column(table: str, field: "Field") -> str:
    return f"{table}.{_name(field.column)}"


def _name(name: str) -> str:
    return connection.ops.quote_name(name)
