"""The portal's home page: what there is, what asks for somebody, what runs, what was done."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from compliance.audit.models import AuditEvent
from dataquality.models import QualityRun
from modelops.jobs.models import Job
from monitoring.alerts import history
from monitoring.models import Alert, AlertChannel, DriftRun
from monitoring.models.alerts import AlertState
from registry.models import Dataset, RegisteredModel

ROWS = 6
# A tile says "1000+" rather than count a table of millions on every visit.
COUNT_LIMIT = 1000


@require_safe
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Tiles, alerts, jobs and the newest ledger rows, each only as far as the user may see them."""
    user = request.user
    alerts = Alert.objects.visible_to(user).live()
    context: dict[str, Any] = {
        "tiles": _tiles(user),
        "alerts": list(alerts.order_by("-id")[:ROWS]),
        "jobs": list(Job.objects.visible_to(user).unfinished().order_by("-id")[:ROWS]),
        "events": history.shown(_events(user)),
        "next_step": _next_step(user),
    }
    return render(request, "overview.html", context)


def _tiles(user: Any) -> list[dict[str, Any]]:
    """Of the pages that the user may open."""
    return [tile for needs, tile in _all_tiles(user) if user.has_perm(needs)]


def _all_tiles(user: Any) -> list[tuple[str, dict[str, Any]]]:
    quality = QualityRun.objects.visible_to(user).filter(score__isnull=False)
    latest = quality.select_related("dataset_version__dataset").order_by("-created_at").first()
    drift = DriftRun.objects.visible_to(user).filter(drifted__isnull=False)
    open_alerts = Alert.objects.visible_to(user).filter(state=AlertState.OPEN)
    severe = open_alerts.filter(severity__in=["high", "critical"])
    return [
        (
            "registry.view_registeredmodel",
            _tile("Models", RegisteredModel.objects.visible_to(user), "registry:model-list"),
        ),
        ("registry.view_dataset", _tile("Datasets", Dataset.objects.visible_to(user), "registry:dataset-list")),
        (
            "dataquality.view_qualityrun",
            {
                "label": "Latest quality score",
                "value": f"{latest.score:.1f}" if latest else "–",
                "unit": "of 100" if latest else "",
                "note": str(latest.dataset_version) if latest else "No data was checked yet",
                "url": latest.get_absolute_url() if latest else reverse("dataquality:run-list"),
            },
        ),
        (
            "monitoring.view_driftrun",
            {
                **_tile("Runs with drift", drift.filter(drifted=True), "monitoring:drift-list"),
                "note": f"of {_counted(drift)} compared",
            },
        ),
        (
            "monitoring.view_alert",
            {
                **_tile("Open alerts", open_alerts, "monitoring:alert-list"),
                "note": f"{_counted(severe)} high or critical",
                "tone": "bad" if severe.exists() else "",
            },
        ),
    ]


def _tile(label: str, rows: QuerySet[Any], route: str) -> dict[str, Any]:
    return {"label": label, "value": _counted(rows), "url": reverse(route)}


def _counted(rows: QuerySet[Any]) -> str:
    number = rows.order_by()[: COUNT_LIMIT + 1].count()
    return f"{COUNT_LIMIT}+" if number > COUNT_LIMIT else str(number)


def _events(user: Any) -> list[AuditEvent]:
    """The newest ledger rows: all for who may read the ledger, else the user's own acts."""
    rows = AuditEvent.objects.order_by("-id")
    if not user.has_perm("audit.view_auditevent"):
        rows = rows.filter(actor_ref=str(user.pk), actor_kind__in=["user", "service"])
    return list(rows[: ROWS + 2])


def _next_step(user: Any) -> dict[str, str] | None:
    """What is worth doing next in a portal that is not fully in use; None when everything has begun."""
    steps: list[tuple[type[Model], str, str, str, str, str]] = [
        (
            Dataset,
            "registry.add_dataset",
            "registry:dataset-new",
            "Upload a first dataset",
            "Quality and drift checks work on datasets. CSV, Parquet and JSON Lines are taken and stored encrypted.",
            "Add a dataset",
        ),
        (
            RegisteredModel,
            "registry.add_registeredmodel",
            "registry:model-new",
            "Register a first model",
            "A registered model keeps its versions, where they came from and who approved them.",
            "Register a model",
        ),
        (
            QualityRun,
            "dataquality.add_qualityrun",
            "registry:dataset-list",
            "Check the quality of a dataset",
            "Choose a dataset version and run a quality check: five dimensions, one score, every issue with its rows.",
            "Choose a dataset",
        ),
        (
            DriftRun,
            "monitoring.add_driftrun",
            "monitoring:drift-list",
            "Compare two dataset versions",
            "A drift run says which features have moved since the data that a model was trained on.",
            "Compare for drift",
        ),
        (
            AlertChannel,
            "monitoring.add_alertchannel",
            "monitoring:channel-list",
            "Send alerts where you work",
            "Alerts always stand in the inbox. A channel also sends them by e-mail, to Slack or to a webhook.",
            "Add a channel",
        ),
    ]
    for model, permission, route, title, text, label in steps:
        if user.has_perm(permission) and not model._default_manager.exists():
            return {"title": title, "text": text, "action_url": reverse(route), "action_label": label}
    return None
