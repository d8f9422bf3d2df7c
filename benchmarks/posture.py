"""The posture of every model, looked up and written down as the clock does it each hour."""

import time
from typing import Final

from . import portal
from .table import Table

LIMIT_S: Final = 30
_ALL, _ONE = "all models at once", "one model after the other"


def measure(*, quick: bool = False) -> Table:
    """Models a second: by the clock in batches, and as a page asks for a single one."""
    portal.start()
    models, versions = (20, 5) if quick else (1_000, 10)
    _fill(models, versions)
    from compliance.posture import standing
    from registry.models import RegisteredModel

    started = time.perf_counter()
    looked = standing.write_down()
    first = time.perf_counter() - started
    started = time.perf_counter()
    standing.write_down()
    again = time.perf_counter() - started
    some = list(RegisteredModel.objects.values_list("pk", flat=True)[:20])
    started = time.perf_counter()
    for pk in some:
        standing.look_at("models", [pk])
    single = (time.perf_counter() - started) / len(some)
    table = Table(
        f"Posture of {models:,} models of {versions} versions each",
        "models a second",
        _ALL,
        {_ALL: looked / first, _ONE: 1 / single},
    )
    table.notes[_ALL] = f"{looked:,} in {first:.2f} s, and again in {again:.2f} s; the limit is {LIMIT_S} s"
    table.notes[_ONE] = f"{single * 1000:.1f} ms for the checks of one page"
    return table


def _fill(models: int, versions: int) -> None:
    """Every second model has a version behind a protected alias."""
    from django.conf import settings
    from django.db import connection

    from registry.aliases.models import Alias
    from registry.models import ModelVersion

    from .registry_rows import fill

    names = [f"posture-{number}" for number in range(models)]
    fill(names, versions, "posture-benchmark")
    newest = ModelVersion.objects.filter(model__name__in=names, number=versions).order_by("pk")
    Alias.objects.bulk_create(
        Alias(model_id=version.model_id, version=version, name=settings.MODELOPS_PROTECTED_ALIASES[0])
        for version in newest[::2]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
