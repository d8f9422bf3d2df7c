"""What this floor itself knows of being needed."""

from registry.aliases.models import Alias
from registry.models import ModelVersion, RegisteredModel

from .events import Row
from .keeping import keeps


@keeps
def is_pointed_at(row: Row) -> str:
    """A version that an alias names is in use: the alias moves first."""
    if isinstance(row, ModelVersion):
        aliases = Alias.objects.filter(version=row)
    elif isinstance(row, RegisteredModel):
        aliases = Alias.objects.filter(model=row)
    else:
        return ""
    names = list(aliases.order_by("name").values_list("name", flat=True)[:5])
    return f"the alias {', '.join(names)} points at it. Move or remove the alias first." if names else ""
