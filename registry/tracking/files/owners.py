"""What has files: a run or a logged model."""

from typing import Any

from django.db.models import Q, QuerySet

from modelops.lib.errors import Invalid, NotFound
from modelops.lib.fixed_queries import FixedQuery
from registry.tracking.models import LoggedModel, Run

from .addresses import Address

Owner = Run | LoggedModel


def owner_of(address: Address | None, user: Any) -> Owner:
    """The run or logged model behind an address. Raises NotFound for one that ``user`` may not know of."""
    if address is not None and address.kind != "version":
        found: Owner | None = (_runs if address.kind == "run" else _models).first(user, owner=address.owner)
        if found is not None and address.experiment in {"", found.experiment.experiment_id}:
            return found
    raise NotFound(
        "There is no such run or logged model at this place. Look up its artifact_uri.", code="artifact.owner_not_found"
    )


@FixedQuery
def _runs(user: Any, *, owner: Any) -> "QuerySet[Run]":
    found: QuerySet[Run] = Run.objects.visible_to(user).select_related("experiment").filter(pk=owner).order_by()
    return found


@FixedQuery
def _models(user: Any, *, owner: Any) -> "QuerySet[LoggedModel]":
    visible = LoggedModel.objects.visible_to(user).select_related("experiment")
    found: QuerySet[LoggedModel] = visible.filter(pk=owner).order_by()
    return found


def kind_of(owner: Owner) -> str:
    """The name of the field that refers to it."""
    return "run" if isinstance(owner, Run) else "logged_model"


def belonging_to(owner: Owner) -> dict[str, Owner]:
    """The filter, and the field of a new row, for what belongs to ``owner``."""
    return {kind_of(owner): owner}


def below(folder: str) -> Q:
    """The condition for the files in a folder; "" is the root."""
    return Q(path__startswith=f"{folder}/") if folder else Q()


def locked(owner: Owner) -> Owner:
    """``owner`` as it stands now, locked: its files change one after the other. Raises Invalid for a deleted one."""
    rows = type(owner).objects.select_for_update(of=("self",), no_key=True)
    row: Owner = rows.get(pk=owner.pk)
    if row.deleted_at is not None:
        raise Invalid(
            f"The {row._meta.verbose_name} {row.audit_label} is deleted. Restore it before you change its artifacts.",
            code="artifact.owner_deleted",
        )
    return row
