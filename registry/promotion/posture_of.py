"""What stands behind the protected aliases of one model, and what one pipeline registered and promoted."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse

from accounts.models import User
from modelops.lib.posture_of import Found, KindOf, Standing, check_of, kind_of
from registry.aliases.models import Alias
from registry.cards.completeness import completeness
from registry.cards.models import CardRevision
from registry.models import ModelVersion, RegisteredModel
from registry.signing.models import SignatureState, VersionSignature

from .models import Promotion, PromotionApproval, State


def _find(user: Any, name: str) -> Found | None:
    service = User.objects.filter(is_service=True, username=name.replace("\x00", "")).first()
    return Found(service.pk, service.username) if service is not None else None


def _everything() -> Iterable[UUID]:
    rows = User.objects.filter(is_service=True, is_active=True).order_by("pk")
    return rows.values_list("pk", flat=True).iterator(chunk_size=2000)


kind_of("pipelines", KindOf("Pipeline", _find, _everything))


def _signed(version: str) -> Exists:
    good = VersionSignature.objects.filter(version=OuterRef(version), state=SignatureState.VALID)
    return Exists(good.filter(key__revoked_at=None))


def _approved() -> Exists:
    return Exists(
        Promotion.objects.filter(
            model=OuterRef("model"), alias=OuterRef("name"), version=OuterRef("version"), state=State.EXECUTED
        )
    )


def _deployed(refs: Sequence[UUID]) -> "QuerySet[Alias]":
    protected = [name.lower() for name in settings.MODELOPS_PROTECTED_ALIASES]
    rows = Alias.objects.filter(model__in=refs, version__deleted_at=None)
    return rows.annotate(lowered=Lower("name")).filter(lowered__in=protected)


def _behind_aliases(refs: Sequence[UUID], good: Exists, says: str, fix: str, page: str) -> Mapping[UUID, Standing]:
    rows = _deployed(refs).annotate(good=good).order_by().values("model_id")
    counts = rows.annotate(
        all=Count("pk"), held=Count("pk", filter=Q(good=True)), bad_at=Max("set_at", filter=Q(good=False))
    )
    return {
        row["model_id"]: Standing(
            row["held"] == row["all"],
            f"{row['held']} of {row['all']} protected aliases {says}.",
            fix,
            page,
            row["bad_at"],
        )
        for row in counts
    }


@check_of(
    "models",
    "signed",
    label="What is in use is signed by a trusted key",
    severity="critical",
    fix="Add a signature of a trusted key to what is in use.",
)
def signed(refs: Sequence[UUID]) -> Mapping[UUID, Standing]:
    """A signature that held when it was last looked at, by a key that is still trusted."""
    fix = "Add a signature of a trusted key to the version, or move the alias to one that is signed."
    page = reverse("admin:signing_versionsignature_changelist")
    return _behind_aliases(refs, _signed("version"), "point at a signed version", fix, page)


@check_of(
    "models",
    "approved",
    label="What is in use was approved",
    severity="high",
    fix="Promote the version, so that others approve it.",
)
def approved(refs: Sequence[UUID]) -> Mapping[UUID, Standing]:
    """An approved promotion put the alias where it is."""
    fix = "Remove the alias and promote the version; then others approve it."
    return _behind_aliases(refs, _approved(), "were put there by a promotion", fix, reverse("promotion:inbox"))


@check_of(
    "models",
    "described",
    label="Its card is complete for its risk class",
    fix="Complete the card for the risk class of the model.",
)
def described(refs: Sequence[UUID]) -> Mapping[UUID, Standing]:
    """By the newest revision of the card."""
    newest = CardRevision.objects.filter(model__in=refs).order_by("model_id", "-number").distinct("model_id")
    cards = {card.model_id: card.content for card in newest}
    found = {}
    for model in RegisteredModel.objects.filter(pk__in=refs):
        state = completeness(model, cards.get(model.pk, {}))
        evidence = f"{state.filled} of {state.required} fields are filled in."
        found[model.pk] = Standing(
            state.is_complete, evidence, f"Write: {state.words}.", reverse("cards:card", args=[model.name])
        )
    return found


@check_of(
    "pipelines",
    "signing",
    label="The newest versions that it registered are signed",
    severity="high",
    fix="Let the pipeline sign the versions that it registers.",
)
def signing(refs: Sequence[UUID]) -> Mapping[UUID, Standing]:
    """Of each model the newest version by this pipeline."""
    newest = ModelVersion.objects.alive().filter(created_by__in=refs)
    newest = newest.order_by("created_by_id", "model_id", "-number").distinct("created_by_id", "model_id")
    rows = ModelVersion.objects.filter(pk__in=newest.values("pk")).annotate(good=_signed("pk")).order_by()
    counts = rows.values("created_by_id").annotate(all=Count("pk"), held=Count("pk", filter=Q(good=True)))
    fix = "Let the pipeline sign what it registers with a key that is trusted here: docs/howto/signatures.md."
    page = reverse("admin:signing_versionsignature_changelist")
    return {
        row["created_by_id"]: Standing(
            row["held"] == row["all"], f"{row['held']} of {row['all']} newest versions are signed.", fix, page
        )
        for row in counts
    }


@check_of(
    "pipelines",
    "approval",
    label="Somebody approved what it promoted",
    severity="high",
    fix="Ask for promotions instead of moving protected aliases.",
)
def approval(refs: Sequence[UUID]) -> Mapping[UUID, Standing]:
    """Promotions that it asked for and that were carried out, with at least one approval."""
    by_text = {str(ref): ref for ref in refs}
    done = Promotion.objects.filter(requester_ref__in=by_text, state=State.EXECUTED).order_by()
    rows = done.annotate(has_one=Exists(PromotionApproval.objects.filter(promotion=OuterRef("pk"))))
    counts = rows.values("requester_ref").annotate(
        all=Count("pk"), held=Count("pk", filter=Q(has_one=True)), bad_at=Max("decided_at", filter=Q(has_one=False))
    )
    fix = "Ask for at least one approval in the promotion policy of the models that it promotes."
    return {
        by_text[row["requester_ref"]]: Standing(
            row["held"] == row["all"], f"{row['held']} of {row['all']} promotions were approved by somebody.", fix,
            reverse("promotion:inbox"), row["bad_at"],
        )
        for row in counts
    }  # fmt: skip
