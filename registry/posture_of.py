"""What the rows of the registry tell of one model: its owner, its origin, the soundness of its files."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.urls import reverse

from modelops.lib.posture_of import Found, KindOf, Standing, check_of, kind_of

from .models import ModelVersion, RegisteredModel


def _find(user: Any, name: str) -> Found | None:
    model = RegisteredModel.objects.visible_to(user).filter(name=name.replace("\x00", "")).first()
    return Found(model.pk, model.name, model.get_absolute_url()) if model is not None else None


def _everything() -> Iterable[UUID]:
    return RegisteredModel.objects.alive().order_by("pk").values_list("pk", flat=True).iterator(chunk_size=2000)


kind_of("models", KindOf("Model", _find, _everything))


def counted(refs: Sequence[UUID], good: Any, says: str, fix: str, page: str = "") -> Mapping[UUID, Standing]:
    """Versions for which ``good`` holds, of all of each model; a model without a version has nothing to show."""
    rows = ModelVersion.objects.alive().filter(model__in=refs).order_by().values("model_id")
    counts = rows.annotate(all=Count("pk"), good=Count("pk", filter=good))
    return {
        row["model_id"]: Standing(
            row["good"] == row["all"], f"{row['good']} of {row['all']} versions {says}.", fix, page
        )
        for row in counts
    }


@check_of(
    "models",
    "owned",
    label="Somebody who is there owns it",
    severity="high",
    fix="Give the model an owner who is active.",
)
def owned(refs: Sequence[UUID]) -> Mapping[UUID, Standing]:
    """The owner's account is active."""
    rows = RegisteredModel.objects.filter(pk__in=refs).values_list("pk", "name", "owner__is_active")
    return {
        pk: Standing(
            bool(active),
            "The owner's account is active." if active else "Nobody, or an account that is not active, owns it.",
            "Give the model to somebody who answers for it.",
            reverse("registry:access", args=["models", name]),
        )
        for pk, name, active in rows
    }


@check_of(
    "models",
    "traceable",
    label="Every version names its source commit and its data",
    fix="Register versions with their source commit and their data.",
)
def traceable(refs: Sequence[UUID]) -> Mapping[UUID, Standing]:
    """By the same rows as the house's own figure."""
    complete = Q(pk__in=ModelVersion.objects.alive().with_complete_origin().filter(model__in=refs).values("pk"))
    return counted(
        refs, complete, "name both", "Register the next version with its commit and its dataset versions.",
        f"{reverse('registry:version-list')}?lineage=incomplete",
    )  # fmt: skip


@check_of(
    "models",
    "sound",
    label="No file of it was found damaged",
    severity="critical",
    fix="Repair the file from another location, or restore it from a backup.",
)
def sound(refs: Sequence[UUID]) -> Mapping[UUID, Standing]:
    """Files that were read back and are not what was stored."""
    damaged = Q(artifact__is_sound=False) | Q(files__artifact__is_sound=False)
    bad = ModelVersion.objects.alive().filter(damaged, model__in=refs).values("pk")
    return counted(refs, ~Q(pk__in=bad), "have no damaged file", "Repair the file from another location or a backup.")


@check_of(
    "models",
    "released",
    label="No version of it is kept in quarantine",
    severity="high",
    fix="See what the scanner found, and delete the version if the reasons hold.",
)
def released(refs: Sequence[UUID]) -> Mapping[UUID, Standing]:
    """What the scanner has not found clean is not given out."""
    return counted(
        refs, Q(state="ready"), "were found clean", "The version's page has the reasons; delete it or scan it again."
    )
