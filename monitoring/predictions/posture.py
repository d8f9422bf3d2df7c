"""Controls over deployed models: that they tell how they do, and that it is as usual and alike for all groups."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from modelops.lib.posture import Finding, Outcome, control
from monitoring.series.models import Series
from registry.aliases.models import Alias
from registry.models import ModelVersion, RegisteredModel
from registry.named_in_posture import called, page_of
from registry.querysets import ModelVersionQuerySet

from . import groups
from .anomalies import FEWEST, anomaly
from .figures import Figures, total
from .models import GroundTruth, GroupPolicy, Stream, Window

SILENT_AFTER: Final = dt.timedelta(hours=24)
_LOOKS_BACK: Final = dt.timedelta(days=30)
_POINTS: Final = 60
_MOST: Final = 50


def in_production() -> ModelVersionQuerySet:
    """The versions that a protected alias points at."""
    aliases = Alias.objects.filter(version=OuterRef("pk"), name__in=settings.MODELOPS_PROTECTED_ALIASES)
    return ModelVersion.objects.alive().filter(Exists(aliases)).select_related("model")


@control(
    "models.silent",
    area="Models",
    label="Every model in production tells how it does",
    fix="Let what serves the model send its predictions or metrics, or take the alias away.",
)
def silent() -> Outcome:
    """A version that is deployed for a day sent neither predictions nor metrics within the last one."""
    since = timezone.now() - SILENT_AFTER
    new = Alias.objects.filter(version=OuterRef("pk"), name__in=settings.MODELOPS_PROTECTED_ALIASES, set_at__gt=since)
    heard = Q(Exists(Stream.objects.filter(version=OuterRef("pk"), last_received_at__gt=since))) | Q(
        Exists(Series.objects.filter(version=OuterRef("pk"), run="", last_at__gt=since))
    )
    deployed = in_production()
    quiet = deployed.exclude(heard).exclude(Exists(new))
    findings = [
        Finding(
            f"silent:{version.pk}",
            f"{called(version)} is in production and silent: it told nothing for 24 hours",
            "Let what serves the model send its predictions or metrics: docs/howto/send-predictions.md. If it is not "
            "deployed any more, take the alias away.",
            "high",
            page_of(version),
        )
        for version in quiet.order_by("pk")[:_MOST]
    ]
    many = deployed.count()
    return Outcome(findings, many - quiet.count(), many, "Looked up in predictions and metric series.")


@control(
    "predictions.unknown",
    area="Models",
    label="Predictions come from registered versions",
    fix="Register the version that is deployed, or correct the number that the sender gives.",
)
def unknown() -> Outcome:
    """Predictions of a version number that the registry does not have are taken, and told here."""
    known = ModelVersion.objects.filter(model=OuterRef("model"), number=OuterRef("version_number"))
    streams = Stream.objects.filter(model__deleted_at=None, last_received_at__gt=timezone.now() - _LOOKS_BACK)
    strays = streams.filter(version=None).exclude(Exists(known)).select_related("model").order_by("pk")
    findings = [
        Finding(
            f"unknown:{stream.pk}",
            f"{_name(stream)} sends predictions and is not registered",
            "Register the version that is deployed, or correct the number that the sender gives.",
            "high",
        )
        for stream in strays[:_MOST]
    ]
    many = streams.count()
    return Outcome(findings, many - strays.count(), many)


@control(
    "predictions.contradictions",
    area="Models",
    label="No label contradicts another one",
    fix="Find out which source is right and send its labels again as corrections.",
)
def contradictions() -> Outcome:
    """Labels of the last 30 days that say something else than the one that counts."""
    against = GroundTruth.objects.filter(
        model=OuterRef("pk"), is_contradiction=True, received_at__gt=timezone.now() - _LOOKS_BACK
    )
    models = RegisteredModel.objects.filter(Exists(against), deleted_at=None).order_by("pk")
    findings = [
        Finding(
            f"contradicted:{model.pk}",
            f"Labels of {'a restricted model' if model.is_restricted else model.name} contradict each other",
            "Find out which source is right and send those labels again with is_correction; the first one counts "
            "until then.",
        )
        for model in models[:_MOST]
    ]
    return Outcome(findings)


@control(
    "predictions.usual",
    area="Models",
    label="Volume, missing values and metrics are as usual",
    fix="Look at what calls the model and at what prepares its features.",
)
def usual() -> Outcome:
    """The newest batch and the newest point of each series against those before, where there are fourteen."""
    findings = list(_unusual_batches())
    findings += _unusual_metrics()
    return Outcome(findings[:_MOST], evidence=f"Compared with up to {_POINTS} values before, from {FEWEST} on.")


@control(
    "predictions.groups",
    area="Models",
    label="Groups of people are treated alike",
    fix="Find out what makes the difference, and decide with whoever answers for the model.",
)
def alike() -> Outcome:
    """The gaps of selection, true and false positive rates of 30 days, within what each model's policy allows."""
    findings = []
    policies = GroupPolicy.objects.filter(model__deleted_at=None).select_related("model").order_by("pk")
    for policy in policies[:_MOST]:
        for gap in groups.gaps(group_figures(policy.model).groups):
            if gap.width <= policy.limit:
                break
            model = policy.model
            name = "a restricted model" if model.is_restricted else model.name
            findings.append(
                Finding(
                    f"gap:{model.pk}:{gap.feature}:{gap.rate}",
                    f"{gap.rate} of {name} differs by {gap.width:.2f} between groups of {gap.feature}",
                    "Look at the performance page of the model, find out what makes the difference, and decide with "
                    "whoever answers for the model.",
                    "high",
                )
            )
    return Outcome(findings, evidence="Groups of fewer than 30 are left out.")


def group_figures(model: RegisteredModel) -> Figures:
    """The sums of 30 days over all versions of a model."""
    windows = Window.objects.filter(stream__model=model, starts_at__gt=timezone.now() - _LOOKS_BACK)
    return total(Figures.of(figures) for figures in windows.values_list("figures", flat=True))


def _unusual_batches() -> Iterator[Finding]:
    streams = Stream.objects.filter(last_received_at__gt=timezone.now() - SILENT_AFTER, model__deleted_at=None)
    for stream in streams.select_related("model").order_by("-last_received_at")[:_MOST]:
        newest = stream.batches.filter(kind="rows").order_by("-id").values_list("rows", "cells", "nulls")[: _POINTS + 1]
        batches = list(newest)[::-1]
        shares = [nulls / cells for _, cells, nulls in batches if cells]
        for what, values in (("size of batches", [float(rows) for rows, *_ in batches]), ("missing values", shares)):
            if found := anomaly(values):
                yield Finding(
                    f"unusual:{stream.pk}:{what}",
                    f"{_name(stream)}: {what} at {found.value:.3g}, usually {found.median:.3g}",
                    "Look at what calls the model and at what prepares its features.",
                )


def _unusual_metrics() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id, (SELECT array_agg(value ORDER BY at, step) FROM (SELECT at, step, value FROM series_point"
            " WHERE series_id = s.id ORDER BY at DESC, step DESC LIMIT %s) p) FROM series_series s"
            " WHERE s.run = '' AND s.points_count >= %s AND s.last_at > %s ORDER BY s.last_at DESC LIMIT %s",
            [_POINTS + 1, FEWEST, timezone.now() - SILENT_AFTER, 10 * _MOST],
        )
        found = {pk: result for pk, values in cursor.fetchall() if (result := anomaly(values))}
    for series in Series.objects.filter(pk__in=found, model__deleted_at=None).select_related("model").order_by("pk"):
        result = found[series.pk]
        name = "a restricted model" if series.model.is_restricted else series.model.name
        yield Finding(
            f"unusual:series:{series.pk}",
            f"{name}: {series.name} at {result.value:.3g}, usually {result.median:.3g}",
            "Look at the metrics page of the model.",
        )


def _name(stream: Stream) -> str:
    return f"[restricted model] v{stream.version_number}" if stream.model.is_restricted else str(stream)
