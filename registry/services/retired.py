"""Names that cannot be given out."""

from modelops.lib.errors import Conflict
from registry.models import Dataset, RegisteredModel, RetiredName

_KINDS = {"model": RegisteredModel, "dataset": Dataset}


def refuse_retired(kind: str, name: str) -> None:
    """Raise Conflict for the name of a purged model or dataset: reports and the ledger still say it."""
    if RetiredName.objects.filter(kind=kind, name=name).exists():
        raise Conflict(
            f"A {kind} {name!r} was deleted and removed; its name is not given out again. Choose another name.",
            code=f"{kind}.name_retired",
            field="name",
        )


def taken(kind: str, name: str) -> Conflict:
    """The refusal of a name that stands for something now, also for something deleted that can come back."""
    deleted = _KINDS[kind].objects.filter(name=name, deleted_at__isnull=False).exists()
    remedy = "restore it" if deleted else "add a version to it"
    return Conflict(
        f"There is a {'deleted ' if deleted else ''}{kind} {name!r} already. Choose another name, or, if it is yours, "
        f"{remedy}.",
        code=f"{kind}.name_taken",
        field="name",
    )
