"""One row is told in the words in which several are, by two ways through the function of the trigger."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from django.db import connection

from accounts.models import ApiKey, User
from registry.models import RegisteredModel

NAMES = ["one", "two", "six"]
AT = dt.datetime(2030, 1, 2, 3, 4, 5, 678900, tzinfo=dt.UTC)


def told() -> list[tuple[str, int, set[str]]]:
    """Of what the database wrote by itself: operation, count, and the text of each row's changes. Forgets it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT details FROM audit_auditevent WHERE name = 'watching.rows.changed' ORDER BY id")
        texts = [text for (text,) in cursor.fetchall()]
        cursor.execute("TRUNCATE audit_auditevent")
    found = []
    for text in texts:
        details = json.loads(text)
        for name in NAMES:
            text = text.replace(f'"{name}"', '"NAME"')
        changes = {part.partition(',"id":')[0] for part in text.split('{"changes":')[1:]}
        found.append((details["operation"], details["count"], changes))
    return found


def models(names: list[str]) -> Any:
    return RegisteredModel.objects.filter(name__in=names)


def keys(names: list[str]) -> Any:
    return ApiKey.objects.filter(name__in=names)


def add_keys(names: list[str]) -> None:
    owner, _ = User.objects.get_or_create(username="owner")
    told()
    scopes = ['a "quoted" one', "Ä" * 201]
    ApiKey.objects.bulk_create(
        ApiKey(owner=owner, name=name, public_id=name, digest=name.encode(), scopes=scopes, expires_at=AT)
        for name in names
    )


CHANGES: list[Callable[[list[str]], object]] = [
    lambda names: RegisteredModel.objects.bulk_create(
        RegisteredModel(name=name, task_type="regression", primary_metric='Ä \\ "m"', min_replicas=2) for name in names
    ),
    lambda names: models(names).update(is_restricted=True, access_code_hash="x", owner=None, min_replicas=12),
    lambda names: models(names).update(deleted_at=AT, purge_after=AT, primary_metric="<&>\x7f" + "long" * 20),
    lambda names: models(names).update(description="not watched"),
    lambda names: models(names).delete(),
    add_keys,
    lambda names: keys(names).update(scopes=[], networks=["192.0.2.0/24"], revoked_at=AT, digest=b"y"),
    lambda names: keys(names).delete(),
]


def test_one_row_is_told_in_the_words_of_several(transactional_db: None) -> None:
    """S4-93: letter for letter, for texts, numbers, dates, lists and what is masked."""
    told()
    for change in CHANGES:
        found = []
        for names in (NAMES[:1], NAMES[1:]):
            change(names)
            found.append(told())
        alone, together = found
        assert [count for _, count, _ in alone] == [1] * len(alone)
        assert [count for _, count, _ in together] == [2] * len(together)
        assert [(what, texts) for what, _, texts in alone] == [(what, texts) for what, _, texts in together]
        assert len(alone) == (change is not CHANGES[3])
