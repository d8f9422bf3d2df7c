"""What the accounts behind opaque ids are called now."""

import uuid
from collections.abc import Iterable

from accounts.models import User


def names_of(refs: Iterable[str]) -> dict[str, str]:
    """Names by id; an account that is gone, and a part of the portal, has none."""
    keys = set()
    for ref in refs:
        try:
            keys.add(uuid.UUID(ref))
        except ValueError:
            continue
    return {str(key): name for key, name in User.objects.filter(pk__in=keys).values_list("pk", "username")}
