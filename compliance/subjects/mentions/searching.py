"""The rows whose free text names a person."""

import json
from collections.abc import Iterator
from typing import Any, Final

from django.apps import apps
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from modelops.crypto.encrypted_column import EncryptedColumn

from .declaring import Texts
from .words import Words

_CHUNK: Final = 2000


def rows_naming(texts: Texts, words: Words) -> Iterator[tuple[Model, tuple[str, ...]]]:
    """Rows with the columns that name the person, each row once.

    The database narrows plain columns down; sealed ones are all opened, for nothing of them can be compared there.
    """
    found: dict[Any, tuple[Model, tuple[str, ...]]] = {}
    for columns, rows in _looks(texts, words):
        for row in rows.order_by().iterator(chunk_size=_CHUNK):
            naming = tuple(name for name in columns if words.are_in(getattr(row, name)))
            if naming:
                before = found[row.pk][1] if row.pk in found else ()
                found[row.pk] = row, (*before, *naming)
    yield from (found[pk] for pk in sorted(found, key=str))


def _looks(texts: Texts, words: Words) -> Iterator[tuple[tuple[str, ...], "QuerySet[Any]"]]:
    model = apps.get_model(texts.label)
    everything = model._base_manager
    sealed = [name for name in texts.searched if isinstance(model._meta.get_field(name), EncryptedColumn)]
    plain = tuple(name for name in texts.searched if name not in sealed)
    for name in sealed:
        yield (name,), everything.filter(**{f"{name}__isnull": False}).only("pk", name)
    if plain:
        as_text = {f"text_of_{name}": Cast(name, TextField()) for name in plain}
        named = Q()
        for name in as_text:
            for word in words.names:
                # As JSON has it: within quotes and backslashes.
                named |= Q(**{f"{name}__icontains": json.dumps(word, ensure_ascii=False)[1:-1]})
        yield plain, everything.annotate(**as_text).filter(named).only("pk", *plain)
    if texts.exact:
        named = Q()
        for name in texts.exact:
            named |= Q(**{f"{name}__in": words.names})
        yield texts.exact, everything.filter(named).only("pk", *texts.exact)
