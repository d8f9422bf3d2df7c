"""/metrics for Prometheus: counters of all processes, and gauges that are read from the database."""

import ipaddress
from collections.abc import Callable, Iterable

from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from prometheus_client import CollectorRegistry, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import REGISTRY, Collector

from compliance.audit.sealing.standing import seal_lag_s
from modelops.crypto.models import KeyState, KeyVersion
from modelops.jobs.models import Job, JobState
from modelops.rest.problems import problem_response
from modelops.web.peers import UNLISTED
from monitoring.models import Alert
from monitoring.predictions.exposition import model_metrics
from monitoring.series.exposition import series_metrics


class _Together(Collector):
    """Gauges that are true for the whole portal: read when they are asked for, so no process can leave one behind."""

    def __init__(self, *sources: Callable[[], Iterable[Metric]]) -> None:
        self.sources = sources

    def collect(self) -> Iterable[Metric]:
        for source in self.sources:
            yield from source()


def _portal() -> Iterable[Metric]:
    now = timezone.now()
    jobs = GaugeMetricFamily("modelops_jobs", "Jobs by state: the queued ones are the queue.", labels=["state"])
    for state, count in Job.objects.unfinished().values_list("state").annotate(n=Count("pk")).order_by("state"):
        jobs.add_metric([state], count)
    yield jobs
    waiting = Job.objects.filter(state=JobState.QUEUED).aggregate(oldest=Min("created_at"))["oldest"]
    lag = max((now - waiting).total_seconds(), 0.0) if waiting else 0.0
    yield GaugeMetricFamily("modelops_job_lag_seconds", "How long the oldest queued job has waited.", value=lag)
    yield GaugeMetricFamily(
        "modelops_audit_seal_lag_seconds",
        "How long the oldest unsealed row of the audit log waits.",
        value=seal_lag_s(),
    )
    ages = GaugeMetricFamily("modelops_key_age_seconds", "Age of the active key of each purpose.", labels=["purpose"])
    for key in KeyVersion.objects.filter(state=KeyState.ACTIVE).order_by("purpose").defer("wrapped"):
        ages.add_metric([key.purpose], (now - (key.activated_at or key.created_at)).total_seconds())
    yield ages
    alerts = GaugeMetricFamily(
        "modelops_open_alerts", "Alerts that are not resolved, by severity.", labels=["severity"]
    )
    unresolved = Alert.objects.exclude(state="resolved").values_list("severity").annotate(n=Count("pk"))
    for severity, count in unresolved.order_by("severity"):
        alerts.add_metric([severity], count)
    yield alerts


def _may_read(request: HttpRequest) -> bool:
    """With a token set, whoever bears it; without one, only this machine."""
    if settings.MODELOPS_METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return constant_time_compare(given, settings.MODELOPS_METRICS_TOKEN)
    if UNLISTED in request.META:
        return False  # through a proxy that nobody listed, everybody seems to be this machine
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def metrics(request: HttpRequest) -> HttpResponse:
    """All metrics of all processes of this machine, in OpenMetrics for whoever asks for it."""
    if not _may_read(request):
        return problem_response(403, "metrics.refused", "Metrics are given to this machine, or for the metrics token.")
    registry = CollectorRegistry()
    if settings.MODELOPS_METRICS_SHARED:
        multiprocess.MultiProcessCollector(registry)
    else:
        registry.register(_Together(REGISTRY.collect))
    registry.register(_Together(_portal, model_metrics, series_metrics))
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type=content_type)
