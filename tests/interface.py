"""The OpenAPI document of the interface, which is generated once a run."""

import fcntl
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings


@cache
def document() -> dict[str, Any]:
    """As it is generated from the code and as clients read it; nobody changes what is given.

    The first process that needs it leaves it to the others: generating it takes longer than what most ask of it.
    """
    from drf_spectacular.generators import SchemaGenerator

    target = Path(settings.MODELOPS_HOME).parent / "openapi.json"
    with target.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        said = file.read()
        if not said:
            said = json.dumps(SchemaGenerator().get_schema(request=None, public=True), default=str)
            file.write(said)
    made: dict[str, Any] = json.loads(said)
    return made
