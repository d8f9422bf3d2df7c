"""/metrics for Prometheus."""

import ipaddress
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import REGISTRY, Collector

from modelops.jobs.models import Job
from modelops.rest.problems import problem_response
from modelops.web.peers import UNLISTED
from monitoring.models import Alert


class DatabaseGauges(Collector):
    """Gauges that are true for the whole portal, read when they are asked for: no process can leave one behind."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        jobs = GaugeMetricFamily("modelops_jobs", "Jobs by state.", labels=["state"])
        for state, count in Job.objects.unfinished().values_list("state").annotate(n=Count("pk")).order_by("state"):
            jobs.add_metric([state], count)
        yield jobs
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
    """All metrics of all processes of this machine."""
    if not _may_read(request):
        return problem_response(403, "metrics.refused", "Metrics are given to this machine, or for the metrics token.")
    registry = REGISTRY
    if settings.MODELOPS_METRICS_SHARED:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    gauges = CollectorRegistry()
    gauges.register(DatabaseGauges())
    return HttpResponse(generate_latest(registry) + generate_latest(gauges), content_type=CONTENT_TYPE_LATEST)
