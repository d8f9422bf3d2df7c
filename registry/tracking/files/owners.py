"""What has files: a run or a logged model."""

from typing import Any, NoReturn

from django.db import DEFAULT_DB_ALIAS
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
    raise not_there()


def not_there() -> NotFound:
    """What is said of an owner that does not exist, or of which the caller may not know."""
    return NotFound(
        "There is no such run or logged model at this place. Look up its artifact_uri.", code="artifact.owner_not_found"
    )


def named_owner(address: Address, user: Any) -> Owner:
    """The same with nothing read but its key, for whoever only says which it is. Raises NotFound."""
    if address.kind != "version":
        number = _experiment.first(user, address.kind, owner=address.owner)
        if number is not None and address.experiment in {"", str(number[0])}:
            return by_key(address)
    raise not_there()


def by_key(address: Address) -> Owner:
    """The run or logged model that stands at ``address``, of which only the key is known yet."""
    found: Owner = (Run if address.kind == "run" else LoggedModel).from_db(DEFAULT_DB_ALIAS, ["id"], [address.owner])
    return found


@FixedQuery
def _experiment(user: Any, kind: str, *, owner: Any) -> "QuerySet[Any, Any]":
    owners: QuerySet[Any] = (Run if kind == "run" else LoggedModel).objects.visible_to(user).filter(pk=owner)
    return owners.order_by().values_list("experiment__number")


@FixedQuery
def _runs(user: Any, *, owner: Any) -> "QuerySet[Run]":
    found: QuerySet[Run] = _with_experiment(Run.objects.visible_to(user), owner)
    return found


@FixedQuery
def _models(user: Any, *, owner: Any) -> "QuerySet[LoggedModel]":
    found: QuerySet[LoggedModel] = _with_experiment(LoggedModel.objects.visible_to(user), owner)
    return found


def _with_experiment(owners: Any, owner: Any) -> Any:
    """And whether there are parameters: they are sealed, and to ask for none of them takes two statements."""
    rows = owners.filter(pk=owner).select_related("experiment").order_by()
    return rows.annotate(has_parameters=Q(parameters__isnull=False))


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
    """``owner`` as it stands now, locked: nobody else changes its files. Raises Invalid for a deleted one, NotFound."""
    row: Owner | None = _locked.first(None, kind_of(owner), owner=owner.pk)
    if row is None:
        raise not_there()
    if row.deleted_at is not None:
        refuse_deleted(row)
    return row


@FixedQuery
def _locked(reader: None, kind: str, *, owner: Any) -> "QuerySet[Any]":
    rows: QuerySet[Any] = (Run if kind == "run" else LoggedModel).objects.filter(pk=owner).order_by()
    return rows.select_for_update(of=("self",), no_key=True)


def refuse_deleted(owner: Owner) -> NoReturn:
    """Raise Invalid: the files of what is deleted stay as they are."""
    raise Invalid(
        f"The {owner._meta.verbose_name} {owner.audit_label} is deleted. Restore it before you change its artifacts.",
        code="artifact.owner_deleted",
    )
